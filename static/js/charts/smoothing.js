/**
 * Exponential moving average, freed of its pull towards nothing at the start (as Adam's means are).
 *
 * @param {(number | null)[]} values
 * @param {number} weight of what went before, in [0, 1)
 * @returns {(number | null)[]} null where there was no value
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
