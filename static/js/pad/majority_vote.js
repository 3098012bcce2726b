import { NOT_A_DIGIT, isNoDigit, verdictText } from "./verdict.js";

/** @typedef {import("./predictor.js").VersionPrediction} VersionPrediction */

/**
 * The votes of the versions per digit, most votes first; a tie is broken by the sum of the probabilities.
 *
 * @param {VersionPrediction[]} predictions
 * @returns {{digit: number, count: number}[]}
 */
export function votes(predictions) {
  /** @type {Map<number, {digit: number, count: number, probability: number}>} */
  const counts = new Map();
  for (const { digit, probabilities } of predictions) {
    const { count, probability } = counts.get(digit) ?? { count: 0, probability: 0 };
    counts.set(digit, { digit, count: count + 1, probability: probability + (probabilities[digit] ?? 0) });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || b.probability - a.probability);
}

/**
 * The digit with most votes; null if no two versions agree.
 *
 * @param {VersionPrediction[]} predictions
 * @returns {number | null}
 */
export function majority(predictions) {
  const [first] = votes(predictions);
  return first && first.count > 1 ? first.digit : null;
}

/**
 * One sentence about the predictions of one or several versions.
 *
 * @param {VersionPrediction[]} predictions at least one
 * @param {(number: number) => string} titleOf
 * @returns {string}
 */
export function agreementSentence(predictions, titleOf) {
  const [first] = predictions;
  if (!first) return "";
  if (isNoDigit(predictions)) return `${NOT_A_DIGIT}. If it is one: ${votesSentence(predictions, titleOf)}`;
  if (predictions.length === 1) return `${titleOf(first.version)} predicts ${first.digit} (${verdictText(first)}).`;
  return votesSentence(predictions, titleOf);
}

/**
 * @param {VersionPrediction[]} predictions at least one
 * @param {(number: number) => string} titleOf
 * @returns {string}
 */
function votesSentence(predictions, titleOf) {
  const [first] = predictions;
  if (first && predictions.length === 1) return `${titleOf(first.version)} predicts ${first.digit}.`;
  const digit = majority(predictions);
  if (digit === null)
    return `No two agree: ${predictions.map((one) => `${titleOf(one.version)} predicts ${one.digit}`).join(", ")}.`;
  const others = predictions.filter((prediction) => prediction.digit !== digit);
  if (others.length === 0) return `All ${predictions.length} versions predict ${digit}.`;
  const dissent = others.map((prediction) => `${titleOf(prediction.version)} predicts ${prediction.digit}`).join(", ");
  return `${predictions.length - others.length} of ${predictions.length} versions predict ${digit}; ${dissent}.`;
}
