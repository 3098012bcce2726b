/** @typedef {import("../messages.js").Reading} Reading */

/**
 * The digit that most versions read, the surest of them deciding a tie; null where no two agree.
 *
 * @param {Reading[]} readings
 * @returns {number | null}
 */
export function majority(readings) {
  /** @type {Map<number, {votes: number, sureness: number}>} */
  const counts = new Map();
  for (const { digit, probabilities } of readings) {
    const { votes, sureness } = counts.get(digit) ?? { votes: 0, sureness: 0 };
    counts.set(digit, { votes: votes + 1, sureness: sureness + (probabilities[digit] ?? 0) });
  }
  const [first] = [...counts].sort(([, a], [, b]) => b.votes - a.votes || b.sureness - a.sureness);
  return first && first[1].votes > 1 ? first[0] : null;
}

/**
 * One sentence about what several versions say.
 *
 * @param {Reading[]} readings at least one
 * @param {(number: number) => string} titleOf
 * @returns {string}
 */
export function agreementSentence(readings, titleOf) {
  const [first] = readings;
  if (!first) return "";
  const share = Math.round(100 * (first.probabilities[first.digit] ?? 0));
  if (readings.length === 1) return `${titleOf(first.version)} reads ${first.digit}, ${share} % sure.`;
  const digit = majority(readings);
  if (digit === null) return `No two agree: ${readings.map((one) => `${titleOf(one.version)} reads ${one.digit}`).join(", ")}.`;
  const others = readings.filter((reading) => reading.digit !== digit);
  if (others.length === 0) return `All ${readings.length} versions read ${digit}.`;
  const dissent = others.map((reading) => `${titleOf(reading.version)} reads ${reading.digit}`).join(", ");
  return `${readings.length - others.length} of ${readings.length} versions read ${digit}; ${dissent}.`;
}
