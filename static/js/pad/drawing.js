import { erased } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Stroke} Stroke
 */

/** The strokes on a canvas, with undo and redo. One gesture (a stroke, an erasure, a clearing) is one step. */
export class Drawing {
  /** @type {readonly Stroke[]} */
  #strokes = [];
  /** @type {(readonly Stroke[])[]} */
  #past = [];
  /** @type {(readonly Stroke[])[]} */
  #future = [];
  /** @type {readonly Stroke[] | null} the strokes before the current gesture */
  #before = null;

  get strokes() {
    return this.#strokes;
  }

  get isEmpty() {
    return this.#strokes.length === 0;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {readonly Stroke[]} strokes the initial ones; the history of steps is cleared */
  open(strokes) {
    this.#strokes = strokes;
    this.#past = [];
    this.#future = [];
    this.#before = null;
  }

  /** @param {Point} point the start of a new stroke */
  beginStroke(point) {
    this.endGesture();
    this.#before = this.#strokes;
    this.#strokes = [...this.#strokes, [point]];
  }

  /** @param {Point} point the start of another stroke of the current gesture */
  continueAt(point) {
    if (this.#before) this.#strokes = [...this.#strokes, [point]];
  }

  /** @param {Point[]} points further points of the current stroke */
  extendStroke(points) {
    const last = this.#strokes.at(-1);
    if (!this.#before || !last) return;
    this.#strokes = [...this.#strokes.slice(0, -1), [...last, ...points]];
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {number} radius
   */
  erase(from, to, radius) {
    this.#before ??= this.#strokes;
    this.#strokes = erased(this.#strokes, from, to, radius);
  }

  /** Records the changes since the gesture began as one step. */
  endGesture() {
    const before = this.#before;
    this.#before = null;
    if (before && !isSame(before, this.#strokes)) this.#step(before);
  }

  /** Undoes the current gesture; it is no step. */
  cancelGesture() {
    if (this.#before) this.#strokes = this.#before;
    this.#before = null;
  }

  clear() {
    if (!this.isEmpty) this.replace([]);
  }

  /** @param {readonly Stroke[]} strokes instead of the present ones, as one step */
  replace(strokes) {
    this.endGesture();
    this.#step(this.#strokes);
    this.#strokes = strokes;
  }

  undo() {
    this.endGesture();
    const previous = this.#past.pop();
    if (!previous) return;
    this.#future.push(this.#strokes);
    this.#strokes = previous;
  }

  redo() {
    this.endGesture();
    const next = this.#future.pop();
    if (!next) return;
    this.#past.push(this.#strokes);
    this.#strokes = next;
  }

  /** @param {readonly Stroke[]} before */
  #step(before) {
    this.#past.push(before);
    this.#future = [];
  }
}

/**
 * @param {readonly Stroke[]} a
 * @param {readonly Stroke[]} b
 */
function isSame(a, b) {
  return a.length === b.length && a.every((stroke, index) => stroke === b[index]);
}
