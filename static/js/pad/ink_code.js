import { simplified } from "./geometry.js";

/**
 * A drawing as text for an address, base64url of bytes: the format's version, the brush, how many strokes, then of each
 * stroke how many points and, in half units of the canvas, each point's step from the one before. Numbers are varints
 * of seven bits a byte, steps zigzagged (0, -1, 1, -2 …) so that small ones are short.
 *
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Stroke} Stroke
 * @typedef {{strokes: Stroke[], brush: number}} Ink
 */

/** Characters: with the rest of the address, what every browser, server and chat lets pass. */
export const MOST_CHARACTERS = 3000;
const VERSION = 1;
const STEPS_PER_UNIT = 2;
// What the server takes: strokes, points, and canvas units either way.
const MOST_STROKES = 256;
const MOST_POINTS = 5000;
const FURTHEST = 4000;

/**
 * The text of a drawing; of one that would be too long, the text of a coarser one that looks much the same.
 *
 * @param {readonly Stroke[]} strokes
 * @param {number} brush in canvas units
 * @returns {string}
 * @throws {RangeError} it is too much for any address
 */
export function encodeInk(strokes, brush) {
  for (let tolerance = 0.4; tolerance < 20; tolerance *= 2) {
    const text = textOf(
      bytesOf(
        strokes.map((stroke) => simplified(stroke, tolerance)),
        brush,
      ),
    );
    if (text.length <= MOST_CHARACTERS) return text;
  }
  throw new RangeError("This drawing has too many strokes for a link.");
}

/**
 * The drawing in a text that `encodeInk` made.
 *
 * @param {string} text
 * @returns {Ink}
 * @throws {RangeError} it is none
 */
export function decodeInk(text) {
  const bytes = new Reader(bytesIn(text));
  if (bytes.next() !== VERSION) throw broken();
  const brush = bytes.number() / STEPS_PER_UNIT;
  const count = bytes.number();
  if (brush < 1 || brush > 400 || count < 1 || count > MOST_STROKES) throw broken();
  const strokes = Array.from({ length: count }, () => readStroke(bytes));
  if (!bytes.isAtEnd) throw broken();
  return { strokes, brush };
}

/**
 * @param {readonly Stroke[]} strokes
 * @param {number} brush
 * @returns {number[]}
 */
function bytesOf(strokes, brush) {
  const bytes = [VERSION, ...varint(Math.round(brush * STEPS_PER_UNIT)), ...varint(strokes.length)];
  for (const stroke of strokes) {
    bytes.push(...varint(stroke.length));
    let [x, y] = [0, 0];
    for (const point of stroke) {
      const [nextX, nextY] = [Math.round(point[0] * STEPS_PER_UNIT), Math.round(point[1] * STEPS_PER_UNIT)];
      bytes.push(...varint(zigzag(nextX - x)), ...varint(zigzag(nextY - y)));
      [x, y] = [nextX, nextY];
    }
  }
  return bytes;
}

/**
 * @param {Reader} bytes
 * @returns {Point[]}
 */
function readStroke(bytes) {
  const count = bytes.number();
  if (count < 1 || count > MOST_POINTS) throw broken();
  let [x, y] = [0, 0];
  return Array.from({ length: count }, () => {
    x += bytes.step();
    y += bytes.step();
    if (Math.max(Math.abs(x), Math.abs(y)) > FURTHEST * STEPS_PER_UNIT) throw broken();
    return /** @type {Point} */ ([x / STEPS_PER_UNIT, y / STEPS_PER_UNIT]);
  });
}

/** Reads numbers, and refuses to read beyond the end. */
class Reader {
  #bytes;
  #place = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd() {
    return this.#place === this.#bytes.length;
  }

  next() {
    const byte = this.#bytes[this.#place];
    if (byte === undefined) throw broken();
    this.#place += 1;
    return byte;
  }

  number() {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.next();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw broken();
  }

  step() {
    const value = this.number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
}

/** @param {number} value */
function varint(value) {
  const bytes = [];
  for (; value > 127; value >>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** @param {number} step */
function zigzag(step) {
  return step < 0 ? -2 * step - 1 : 2 * step;
}

/** @param {number[]} bytes */
function textOf(bytes) {
  const letters = bytes.map((byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
function bytesIn(text) {
  if (text.length > 2 * MOST_CHARACTERS) throw broken();
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw broken();
  }
}

function broken() {
  return new RangeError("The drawing in this link cannot be read: the link was cut or changed on its way.");
}
