/**
 * The probabilities of a prediction, calibrated as its confidence is: the largest of them is the confidence.
 *
 * With p = softmax(z), softmax(z / t) is p^(1 / t) divided by its sum. Guo et al., "On Calibration of Modern Neural Networks"
 * (2017).
 *
 * @param {{probabilities: number[], temperature: number}} prediction
 * @returns {number[]}
 */
export function calibrated({ probabilities, temperature }) {
  // As on the server, nothing is smaller: a probability of 0 has no logarithm.
  const powers = probabilities.map((share) => Math.max(share, 1e-30) ** (1 / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
