/**
 * The position of a layer in the diagram: `x[i]`, `y[i]` are the centre of neuron i, `radius` half its width.
 *
 * @typedef {{x: Float32Array, y: Float32Array, radius: number, isPixels: boolean}} LayerPlace
 */

const MARGIN = 14;
/** Space for the captions of the layers. */
const TOP = 26;
const WIDEST = 26;
const GAP = 0.42;
/** Space for the bars next to the digits, or below them. */
const BARS_ACROSS = 96;
const BARS_DOWN = 44;

/**
 * Places layers from left to right on a wide canvas, otherwise from top to bottom; no two neurons overlap.
 *
 * @param {number[]} sizes inputs first
 * @param {number} width
 * @param {number} height
 * @returns {LayerPlace[]}
 */
export function placeLayers(sizes, width, height) {
  if (isAcross(width, height)) return shifted(placeAlong(sizes, width - BARS_ACROSS, height - TOP), 0, TOP);
  const places = placeAlong(sizes, height - BARS_DOWN - TOP, width).map((place) => ({
    ...place,
    x: place.y,
    y: place.x,
  }));
  return shifted(places, 0, TOP);
}

/**
 * Whether layers are placed from left to right, otherwise from top to bottom.
 *
 * @param {number} width
 * @param {number} height
 */
export function isAcross(width, height) {
  return width >= height * 0.9;
}

/**
 * @param {LayerPlace[]} places
 * @param {number} right
 * @param {number} down
 */
function shifted(places, right, down) {
  return places.map((place) => ({ ...place, x: place.x.map((x) => x + right), y: place.y.map((y) => y + down) }));
}

/**
 * @param {number[]} sizes
 * @param {number} along length of the axis from inputs to outputs
 * @param {number} across
 * @returns {LayerPlace[]}
 */
function placeAlong(sizes, along, across) {
  const usable = along - 2 * MARGIN;
  const hidden = sizes.length - 2;
  const inputSide = Math.min(across * 0.62, usable * (hidden > 1 ? 0.24 : 0.3));
  const outputWidth = WIDEST;
  // The hidden layers and the gaps between layers share the remaining length.
  const left = usable - inputSide - outputWidth;
  const gap = (left * (hidden ? GAP + 0.1 * Math.min(3, hidden) : 1)) / (hidden + 1);
  const block = hidden ? (left - gap * (hidden + 1)) / hidden : 0;
  let start = MARGIN;
  return sizes.map((size, layer) => {
    const isInput = layer === 0;
    const length = isInput ? inputSide : layer === sizes.length - 1 ? outputWidth : block;
    const place = isInput ? pixels(start, inputSide, across) : grid(size, start, length, across);
    start += length + gap;
    return place;
  });
}

/**
 * The 28 × 28 pixels as a square.
 *
 * @param {number} start
 * @param {number} side
 * @param {number} across
 * @returns {LayerPlace}
 */
function pixels(start, side, across) {
  const pitch = side / 28;
  const top = (across - side) / 2;
  const x = Float32Array.from({ length: 784 }, (_, i) => start + ((i % 28) + 0.5) * pitch);
  const y = Float32Array.from({ length: 784 }, (_, i) => top + (Math.floor(i / 28) + 0.5) * pitch);
  return { x, y, radius: pitch / 2, isPixels: true };
}

/**
 * A grid with the number of columns for which the neurons are largest.
 *
 * @param {number} size
 * @param {number} start
 * @param {number} length
 * @param {number} across
 * @returns {LayerPlace}
 */
function grid(size, start, length, across) {
  const height = across - 2 * MARGIN;
  const most = size <= 16 ? Math.min(WIDEST * 1.6, height / size) : WIDEST;
  let best = { pitch: 0, columns: 1, rows: size };
  for (let columns = 1; columns <= size; columns += 1) {
    const rows = Math.ceil(size / columns);
    const pitch = Math.min(height / rows, length / columns, most);
    if (pitch > best.pitch) best = { pitch, columns, rows };
    if (length / columns < best.pitch) break;
  }
  const { pitch, columns, rows } = best;
  const left = start + (length - columns * pitch) / 2;
  const top = (across - rows * pitch) / 2;
  const x = Float32Array.from({ length: size }, (_, i) => left + (Math.floor(i / rows) + 0.5) * pitch);
  const y = Float32Array.from({ length: size }, (_, i) => top + ((i % rows) + 0.5) * pitch);
  return { x, y, radius: Math.min(pitch * 0.4, 11), isPixels: false };
}

/** @type {Record<"ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown", [number, number]>} right and down */
export const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * The nearest neuron in a direction, for arrow keys; the same one if there is none. Without a start, the first neuron.
 *
 * @param {LayerPlace[]} places
 * @param {{layer: number, index: number} | null} from
 * @param {keyof typeof STEPS} direction
 * @returns {{layer: number, index: number}}
 */
export function neuronBeside(places, from, direction) {
  if (!from) return { layer: 1, index: 0 };
  const [dx, dy] = STEPS[direction];
  const [x, y] = [places[from.layer]?.x[from.index] ?? 0, places[from.layer]?.y[from.index] ?? 0];
  let best = from;
  let least = Infinity;
  places.forEach((place, layer) => {
    if (place.isPixels) return;
    for (let index = 0; index < place.x.length; index += 1) {
      const [right, down] = [(place.x[index] ?? 0) - x, (place.y[index] ?? 0) - y];
      const ahead = right * dx + down * dy;
      const aside = Math.abs(right * dy) + Math.abs(down * dx);
      // A neuron that is further aside than ahead is in another direction.
      if (ahead < 0.5 || aside > ahead * 1.5) continue;
      const cost = ahead + 2.5 * aside;
      if (cost < least) [best, least] = [{ layer, index }, cost];
    }
  });
  return best;
}

/**
 * The neuron at a point; null if there is none. Pixels are not neurons.
 *
 * @param {LayerPlace[]} places
 * @param {number} x
 * @param {number} y
 * @param {number} [reach] the smallest distance that still hits a neuron
 * @returns {{layer: number, index: number} | null}
 */
export function neuronAt(places, x, y, reach = 6) {
  let found = null;
  let nearest = Infinity;
  places.forEach((place, layer) => {
    if (place.isPixels) return;
    for (let index = 0; index < place.x.length; index += 1) {
      const distance = Math.hypot((place.x[index] ?? 0) - x, (place.y[index] ?? 0) - y);
      if (distance <= Math.max(place.radius * 1.3, reach) && distance < nearest) {
        nearest = distance;
        found = { layer, index };
      }
    }
  });
  return found;
}
