// A line that reaches more than so many times as high as the next one would flatten all others.
const FLATTENS = 4;
const MARGIN = 1.15;

/**
 * The upper end of the range in which most lines are: below a jump from one line's largest value to the next one's, such as
 * that of a run that diverged.
 *
 * @param {(number | null)[][]} lines of values that are not negative, such as errors
 * @returns {number | null} null if no line flattens the others
 */
export function usefulTop(lines) {
  const tops = lines
    .map((line) => line.reduce((/** @type {number} */ top, value) => Math.max(top, value ?? 0), 0))
    .filter((top) => top > 0)
    .sort((a, b) => a - b);
  const before = tops.findIndex((top, index) => (tops[index + 1] ?? 0) > FLATTENS * top);
  return before < 0 ? null : MARGIN * /** @type {number} */ (tops[before]);
}
