/**
 * Strokes are lists of points in canvas units, y down. The functions do not modify their arguments.
 *
 * @typedef {[x: number, y: number]} Point
 * @typedef {readonly Point[]} Stroke
 */

/**
 * The stroke with extra points, so that neighbours are at most `spacing` apart.
 *
 * @param {Stroke} stroke
 * @param {number} spacing
 * @returns {Point[]}
 */
export function densified(stroke, spacing) {
  /** @type {Point[]} */
  const points = [];
  stroke.forEach((point, index) => {
    const before = stroke[index - 1];
    if (before) {
      const pieces = Math.ceil(Math.hypot(point[0] - before[0], point[1] - before[1]) / spacing);
      for (let piece = 1; piece < pieces; piece += 1) {
        const t = piece / pieces;
        points.push([before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1])]);
      }
    }
    points.push(point);
  });
  return points;
}

/**
 * The distance of `point` from the line segment between `a` and `b`.
 *
 * @param {Point} point
 * @param {Point} a
 * @param {Point} b
 * @returns {number}
 */
export function distanceToSegment(point, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length)) : 0;
  return Math.hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy);
}

/**
 * The remaining strokes after an eraser of `radius` has moved from `from` to `to`.
 *
 * A stroke that it touches is cut into the parts outside; any other stroke stays the same object.
 *
 * @param {readonly Stroke[]} strokes
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius
 * @returns {Stroke[]}
 */
export function erased(strokes, from, to, radius) {
  return strokes.flatMap((stroke) => {
    const points = densified(stroke, Math.max(1, radius / 4));
    const isUnder = points.map((point) => distanceToSegment(point, from, to) <= radius);
    if (!isUnder.includes(true)) return [stroke];
    /** @type {Point[][]} */
    const parts = [[]];
    points.forEach((point, index) => {
      if (isUnder[index]) parts.push([]);
      else parts.at(-1)?.push(point);
    });
    return parts.filter((part) => part.length > 1);
  });
}

/**
 * The stroke without the points within `tolerance` of the line between their remaining neighbours (Douglas and Peucker,
 * 1973); the first and the last point remain.
 *
 * @param {Stroke} stroke
 * @param {number} tolerance
 * @returns {Point[]}
 */
export function simplified(stroke, tolerance) {
  const kept = new Set([0, stroke.length - 1]);
  const spans = [[0, stroke.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = /** @type {[number, number]} */ (span);
    let [furthest, distance] = [-1, tolerance];
    for (let index = from + 1; index < to; index += 1) {
      const here = distanceToSegment(pointAt(stroke, index), pointAt(stroke, from), pointAt(stroke, to));
      if (here > distance) [furthest, distance] = [index, here];
    }
    if (furthest < 0) continue;
    kept.add(furthest);
    spans.push([from, furthest], [furthest, to]);
  }
  return stroke.filter((_, index) => kept.has(index));
}

/**
 * @param {Stroke} stroke
 * @param {number} index of one of its points
 */
function pointAt(stroke, index) {
  return /** @type {Point} */ (stroke[index]);
}
