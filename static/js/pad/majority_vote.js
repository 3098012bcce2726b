/** @typedef {import("./predictor.js").VersionPrediction} VersionPrediction */

/**
 * How many versions read which digit, most votes first, the surest of them deciding a tie.
 *
 * @param {VersionPrediction[]} readings
 * @returns {{digit: number, count: number}[]}
 */
export function votes(readings) {
  /** @type {Map<number, {digit: number, count: number, sureness: number}>} */
  const counts = new Map();
  for (const { digit, probabilities } of readings) {
    const { count, sureness } = counts.get(digit) ?? { count: 0, sureness: 0 };
    counts.set(digit, { digit, count: count + 1, sureness: sureness + (probabilities[digit] ?? 0) });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || b.sureness - a.sureness);
}

/**
 * The digit that most versions read; null where no two agree.
 *
 * @param {VersionPrediction[]} readings
 * @returns {number | null}
 */
export function majority(readings) {
  const [first] = votes(readings);
  return first && first.count > 1 ? first.digit : null;
}

/**
 * One sentence about what several versions say.
 *
 * @param {VersionPrediction[]} readings at least one
 * @param {(number: number) => string} titleOf
 * @returns {string}
 */
export function agreementSentence(readings, titleOf) {
  const [first] = readings;
  if (!first) return "";
  const share = Math.round(100 * (first.probabilities[first.digit] ?? 0));
  if (readings.length === 1) return `${titleOf(first.version)} reads ${first.digit}, ${share} % sure.`;
  const digit = majority(readings);
  if (digit === null)
    return `No two agree: ${readings.map((one) => `${titleOf(one.version)} reads ${one.digit}`).join(", ")}.`;
  const others = readings.filter((reading) => reading.digit !== digit);
  if (others.length === 0) return `All ${readings.length} versions read ${digit}.`;
  const dissent = others.map((reading) => `${titleOf(reading.version)} reads ${reading.digit}`).join(", ");
  return `${readings.length - others.length} of ${readings.length} versions read ${digit}; ${dissent}.`;
}
