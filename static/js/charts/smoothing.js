/**
 * Exponential moving average with bias correction, as in Adam.
 *
 * @param {(number | null)[]} values
 * @param {number} weight of the previous values, in [0, 1)
 * @returns {(number | null)[]} null where the value is missing
 */
export function smoothed(values, weight) {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (value == null) return null;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}
