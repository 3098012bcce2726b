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
 * The parts of a path inside the square from 0 to `side`, cut exactly at its edges.
 *
 * @param {Stroke} path
 * @param {number} side
 * @returns {Point[][]} the first begins with the path's first point if that is inside
 */
export function partsInside(path, side) {
  /** @type {Point[][]} */
  const parts = [];
  path.slice(1).forEach((to, index) => {
    const from = pointAt(path, index);
    const inside = segmentInside(from, to, side);
    if (!inside) return;
    const last = parts.at(-1);
    if (last?.at(-1) === from) last.push(inside[1]);
    else parts.push(inside);
  });
  return parts;
}

/**
 * The part of a line segment inside the square (Liang and Barsky, 1984); null if there is none.
 *
 * @param {Point} from
 * @param {Point} to
 * @param {number} side
 * @returns {[Point, Point] | null}
 */
function segmentInside(from, to, side) {
  let [enter, leave] = [0, 1];
  for (const axis of /** @type {const} */ ([0, 1])) {
    const step = to[axis] - from[axis];
    if (step === 0) {
      if (from[axis] < 0 || from[axis] > side) return null;
      continue;
    }
    const [t1, t2] = [-from[axis] / step, (side - from[axis]) / step];
    enter = Math.max(enter, Math.min(t1, t2));
    leave = Math.min(leave, Math.max(t1, t2));
  }
  if (enter >= leave) return null;
  /** @type {(t: number) => Point} */
  const at = (t) => [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
  return [enter === 0 ? from : at(enter), leave === 1 ? to : at(leave)];
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
