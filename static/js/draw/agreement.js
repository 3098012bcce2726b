/** @typedef {import("../messages.js").Reading} Reading */

/**
 * The digit that most versions read; the surest of them decides a tie.
 *
 * @param {Reading[]} readings at least one
 * @returns {number}
 */
export function majority(readings) {
  /** @type {Map<number, number>} */
  const votes = new Map();
  for (const { digit, probabilities } of readings) votes.set(digit, (votes.get(digit) ?? 0) + 1 + (probabilities[digit] ?? 0) / 1000);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
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
  const others = readings.filter((reading) => reading.digit !== digit);
  if (others.length === 0) return `All ${readings.length} versions read ${digit}.`;
  const dissent = others.map((reading) => `${titleOf(reading.version)} reads ${reading.digit}`).join(", ");
  return `${readings.length - others.length} of ${readings.length} versions read ${digit}; ${dissent}.`;
}
