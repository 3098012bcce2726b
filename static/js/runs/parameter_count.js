const INPUTS = 784;
const OUTPUTS = 10;

/**
 * The number of weights and biases of a network with these hidden layers; null if the text is not a list of whole numbers.
 *
 * @param {string} text such as "300, 100"
 * @returns {number | null}
 */
export function parameterCount(text) {
  const parts = text.split(/[,;]/).map((part) => part.trim());
  if (!parts.every((part) => /^[1-9]\d{0,5}$/.test(part))) return null;
  const sizes = [INPUTS, ...parts.map(Number), OUTPUTS];
  return sizes.slice(1).reduce((sum, size, index) => sum + ((sizes[index] ?? 0) + 1) * size, 0);
}
