import { colour } from "../colours.js";

/**
 * The signed bytes of a neuron's weights.
 *
 * @param {string} base64
 * @returns {Int8Array} 784 values from -127 to 127
 */
export function decodedWeights(base64) {
  return Int8Array.from(atob(base64), (character) => (character.charCodeAt(0) << 24) >> 24);
}

/**
 * Paints 784 weights on a canvas of 28 × 28: one colour excites, another inhibits, none does neither.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Int8Array} weights
 */
export function paintWeights(canvas, weights) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const [none, positive, negative] = [colour("--canvas"), colour("--positive"), colour("--negative")].map(rgbOf);
  const image = context.createImageData(28, 28);
  weights.forEach((weight, index) => {
    const end = (weight > 0 ? positive : negative) ?? [0, 0, 0];
    const share = Math.sqrt(Math.abs(weight) / 127);
    const mixed = (none ?? [0, 0, 0]).map((value, channel) => value + share * ((end[channel] ?? 0) - value));
    image.data.set([...mixed, 255], 4 * index);
  });
  context.putImageData(image, 0, 0);
}

/**
 * @param {string} hex "#rrggbb"
 * @returns {number[]} red, green and blue, 0 to 255
 */
export function rgbOf(hex) {
  return [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) || 0);
}
