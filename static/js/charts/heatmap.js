import { colour } from "../lib/computed_style.js";

const SIDE = 28;

/**
 * Signed bytes, such as the quantized weights of a neuron.
 *
 * @param {string} base64
 * @returns {Int8Array} 784 values from -127 to 127
 */
export function decodeInt8(base64) {
  const text = atob(base64);
  const bytes = new Int8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/**
 * Little-endian float32 values.
 *
 * @param {string} base64
 * @returns {Float32Array}
 */
export function decodeFloat32(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/**
 * Paints 784 signed values on a canvas of 28 × 28 as a diverging heat map: one colour for positive, one for negative values,
 * the colour of the canvas for 0.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} [largest] the absolute value with the full colour; by default the largest of the values
 */
export function paintHeatmap(canvas, values, largest = largestOf(values)) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const [none, positive, negative] = [colour("--canvas"), colour("--positive"), colour("--negative")].map(rgbOf);
  const image = context.createImageData(SIDE, SIDE);
  for (let index = 0; index < SIDE * SIDE; index += 1) {
    const value = values[index] ?? 0;
    const end = (value > 0 ? positive : negative) ?? [0, 0, 0];
    const share = Math.min(1, Math.sqrt(Math.abs(value) / largest));
    for (let channel = 0; channel < 3; channel += 1) {
      const start = none?.[channel] ?? 0;
      image.data[4 * index + channel] = start + share * ((end[channel] ?? 0) - start);
    }
    image.data[4 * index + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** @param {ArrayLike<number>} values */
export function largestOf(values) {
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) largest = Math.max(largest, Math.abs(values[index] ?? 0));
  return largest || 1;
}

/**
 * @param {string} hex "#rrggbb"
 * @returns {number[]} red, green and blue, 0 to 255
 */
export function rgbOf(hex) {
  return [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) || 0);
}
