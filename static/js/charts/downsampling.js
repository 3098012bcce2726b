/** Downsampling of long curves for drawing. Stored data and a chart's own data keep every point. */

/** @typedef {import("./line_chart.js").Columns} Columns */

// Points per line outside the zoom window: zooming out shows the whole line at once.
const OVERVIEW = 300;

/**
 * The rows of `columns` that a chart needs to look as if every row were drawn.
 *
 * @param {Columns} columns
 * @param {number} most points per line inside the window
 * @param {[number, number] | null} window the visible part of the x axis; null for all of it
 * @returns {Columns}
 */
export function downsampled(columns, most, window = null) {
  const [xs, ...lines] = columns;
  if (xs.length <= most) return columns;
  /** @type {Set<number>} */
  const chosen = new Set();
  for (const line of lines) {
    const known = xs.map((_, index) => index).filter((index) => line[index] != null);
    const visible = window ? known.filter((index) => isWithin(xs, index, window)) : known;
    for (const indices of window
      ? [largestTriangles(xs, line, known, OVERVIEW), largestTriangles(xs, line, visible, most)]
      : [largestTriangles(xs, line, known, most)]) {
      for (const index of indices) chosen.add(index);
    }
  }
  const rows = [...chosen].sort((a, b) => a - b);
  return /** @type {Columns} */ (columns.map((column) => rows.map((row) => column[row] ?? null)));
}

/**
 * Largest Triangle Three Buckets (LTTB): the `count` of `candidates` that keep the line's shape, of each bucket the point
 * that spans the largest triangle. Steinarsson: Downsampling Time Series for Visual Representation (2013).
 *
 * @param {number[]} xs
 * @param {(number | null)[]} line
 * @param {number[]} candidates indices at which the line has a value, in order
 * @param {number} count at least 3
 * @returns {number[]}
 */
export function largestTriangles(xs, line, candidates, count) {
  const length = candidates.length;
  if (length <= count) return candidates;
  const x = (/** @type {number} */ at) => /** @type {number} */ (xs[/** @type {number} */ (candidates[at])]);
  const y = (/** @type {number} */ at) => /** @type {number} */ (line[/** @type {number} */ (candidates[at])]);
  const width = (length - 2) / (count - 2);
  const kept = [0];
  let last = 0;
  for (let bucket = 0; bucket < count - 2; bucket += 1) {
    const start = Math.floor(bucket * width) + 1;
    const end = Math.floor((bucket + 1) * width) + 1;
    const following = Math.min(length, Math.floor((bucket + 2) * width) + 1);
    let meanX = 0;
    let meanY = 0;
    for (let at = end; at < following; at += 1) {
      meanX += x(at) / (following - end);
      meanY += y(at) / (following - end);
    }
    let best = start;
    let largest = -1;
    for (let at = start; at < end; at += 1) {
      const area = Math.abs((x(last) - meanX) * (y(at) - y(last)) - (x(last) - x(at)) * (meanY - y(last)));
      if (area > largest) [best, largest] = [at, area];
    }
    kept.push(best);
    last = best;
  }
  kept.push(length - 1);
  return kept.map((at) => /** @type {number} */ (candidates[at]));
}

/**
 * Whether a point or its inner neighbour is inside the window: lines must reach its edges.
 *
 * @param {number[]} xs
 * @param {number} index
 * @param {[number, number]} window
 */
function isWithin(xs, index, [low, high]) {
  return (xs[index + 1] ?? Infinity) >= low && (xs[index - 1] ?? -Infinity) <= high;
}
