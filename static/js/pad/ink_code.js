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

/** The limit of characters: a URL of this length passes every browser, server and chat. */
export const MAX_CHARACTERS = 3000;
const VERSION = 1;
const STEPS_PER_UNIT = 2;
// The limits of the server: strokes, points, and the absolute value of a coordinate in canvas units.
const MAX_STROKES = 256;
const MAX_POINTS = 5000;
const MAX_COORDINATE = 4000;

/**
 * A drawing as text; if the text would be too long, the strokes are simplified first.
 *
 * @param {readonly Stroke[]} strokes
 * @param {number} brush in canvas units
 * @returns {string}
 * @throws {RangeError} the drawing is too large for a URL
 */
export function encodeInk(strokes, brush) {
  for (let tolerance = 0.4; tolerance < 20; tolerance *= 2) {
    const text = textOf(
      bytesOf(
        strokes.map((stroke) => simplified(stroke, tolerance)),
        brush,
      ),
    );
    if (text.length <= MAX_CHARACTERS) return text;
  }
  throw new RangeError("This drawing has too many strokes for a link.");
}

/**
 * The drawing in a text of `encodeInk`.
 *
 * @param {string} text
 * @returns {Ink}
 * @throws {RangeError} the text contains no drawing
 */
export function decodeInk(text) {
  const bytes = new ByteReader(bytesIn(text));
  if (bytes.next() !== VERSION) throw broken();
  const brush = bytes.number() / STEPS_PER_UNIT;
  const count = bytes.number();
  if (brush < 1 || brush > 400 || count < 1 || count > MAX_STROKES) throw broken();
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
 * @param {ByteReader} bytes
 * @returns {Point[]}
 */
function readStroke(bytes) {
  const count = bytes.number();
  if (count < 1 || count > MAX_POINTS) throw broken();
  let [x, y] = [0, 0];
  return Array.from({ length: count }, () => {
    x += bytes.step();
    y += bytes.step();
    if (Math.max(Math.abs(x), Math.abs(y)) > MAX_COORDINATE * STEPS_PER_UNIT) throw broken();
    return /** @type {Point} */ ([x / STEPS_PER_UNIT, y / STEPS_PER_UNIT]);
  });
}

/** Reads numbers from bytes; throws at the end of the data. */
class ByteReader {
  #bytes;
  #offset = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd() {
    return this.#offset === this.#bytes.length;
  }

  next() {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw broken();
    this.#offset += 1;
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
  if (text.length > 2 * MAX_CHARACTERS) throw broken();
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw broken();
  }
}

function broken() {
  return new RangeError("The drawing in this link cannot be read: the link was cut or changed.");
}
