/** @typedef {import("./diagram_state.js").Neuron} Neuron */

/**
 * The name of a neuron: "digit 7", "neuron 17", or with several hidden layers "neuron 17 of layer 2".
 *
 * @param {number[]} layers sizes, from the inputs on
 * @param {Neuron} neuron
 * @returns {string}
 */
export function nameOf(layers, { layer, index }) {
  if (layer === layers.length - 1) return `digit ${index}`;
  return layers.length > 3 ? `neuron ${index} of layer ${layer}` : `neuron ${index}`;
}

/**
 * The neuron of a query string such as `?layer=1&neuron=17`; null if the network has no such neuron.
 *
 * @param {string} search
 * @param {number[]} layers
 * @returns {Neuron | null}
 */
export function neuronIn(search, layers) {
  const query = new URLSearchParams(search);
  const [layer, index] = [wholeNumber(query.get("layer")), wholeNumber(query.get("neuron"))];
  if (layer === null || index === null || layer < 1) return null;
  return index < (layers[layer] ?? 0) ? { layer, index } : null;
}

/** @param {string | null} text */
function wholeNumber(text) {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}
