import { colour, onSchemeChange } from "../lib/computed_style.js";
import { ActivePointer } from "./active_pointer.js";
import { partsInside } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {"draw" | "erase"} Tool
 */

/** The side of the canvas in canvas units, independent of its size on the screen. */
export const SIDE = 400;
// `PointerEvent.buttons` of the eraser of a stylus.
const STYLUS_ERASER = 32;

/**
 * A square canvas for drawing with mouse, finger or pen.
 *
 * Dispatches `change` while the ink changes and `lift` when a gesture ends. A stroke is cut where it leaves the canvas, and
 * another one begins where it enters again. The canvas is always painted from the strokes:
 * the ink survives a change of size and has the resolution of the screen.
 */
export class Pad extends EventTarget {
  #canvas;
  #drawing;
  #context;
  #observer;
  /** @type {AbortController | null} removes the listeners; null while the pad is stopped */
  #listening = null;
  #pointer = new ActivePointer();
  /** @type {Point | null} the position of the eraser, marked by a ring */
  #eraser = null;
  /** @type {Point} */
  #last = [0, 0];
  /** Whether the current stroke has ended where the pen left the canvas. */
  #isCut = false;
  #isErasing = false;
  #isPainting = false;
  /** @type {Tool} */
  #tool = "draw";
  #brush = 22;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./drawing.js").Drawing} drawing
   */
  constructor(canvas, drawing) {
    super();
    const context = canvas.getContext("2d");
    if (!context) throw new TypeError("this browser cannot draw");
    this.#canvas = canvas;
    this.#context = context;
    this.#drawing = drawing;
    this.#observer = new ResizeObserver(() => this.#resize());
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#observer.observe(this.#canvas);
    for (const [type, handler] of this.#handlers) this.#canvas.addEventListener(type, handler, { signal });
    onSchemeChange(() => this.paint(), signal);
    this.#resize();
  }

  stop() {
    this.#observer.disconnect();
    this.#listening?.abort();
    this.#listening = null;
  }

  /** @returns {Tool} */
  get tool() {
    return this.#tool;
  }

  set tool(tool) {
    this.#tool = tool;
    this.#canvas.dataset.tool = tool;
    this.#eraser = null;
    this.paint();
  }

  /** The width of a line, in canvas units. */
  get brush() {
    return this.#brush;
  }

  set brush(width) {
    this.#brush = width;
    this.paint();
  }

  /** Paints the ink in the next animation frame. */
  paint() {
    if (this.#isPainting) return;
    this.#isPainting = true;
    requestAnimationFrame(() => {
      this.#isPainting = false;
      this.#paintNow();
    });
  }

  /** @param {Event} event */
  #onDown = (event) => {
    if (!(event instanceof PointerEvent) || (event.button > 0 && event.button !== 5)) return;
    event.preventDefault();
    const decision = this.#pointer.down(event);
    if (decision === "ignore") return;
    if (decision === "cancel") {
      this.#cancel();
      return;
    }
    if (decision === "replace") this.#drawing.cancelGesture();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#isErasing = this.#tool === "erase" || (event.buttons & STYLUS_ERASER) !== 0;
    // The border of the canvas is a part of it for the browser.
    const [x, y] = this.#pointOf(event);
    this.#last = [Math.max(0, Math.min(SIDE, x)), Math.max(0, Math.min(SIDE, y))];
    this.#isCut = false;
    if (this.#isErasing) this.#eraseTo(this.#last);
    else this.#drawing.beginStroke(this.#last);
    this.#changed();
  };

  /** @param {Event} event */
  #onMove = (event) => {
    if (!(event instanceof PointerEvent)) return;
    this.#pointer.moved(event);
    if (this.#tool === "erase") {
      this.#eraser = this.#pointOf(event);
      this.paint();
    }
    if (!this.#pointer.isActive(event)) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const points = (coalesced.length ? coalesced : [event]).map((one) => this.#pointOf(one));
    if (this.#isErasing) {
      for (const point of points) this.#eraseTo(point);
    } else {
      this.#drawTo(points);
    }
    this.#changed();
  };

  /** @param {Event} event */
  #onUp = (event) => {
    if (!(event instanceof PointerEvent) || !this.#pointer.up(event)) return;
    this.#drawing.endGesture();
    this.paint();
    this.dispatchEvent(new Event("lift"));
  };

  /** @param {Event} event the browser took the pointer, such as for a gesture of its own, or rejected a palm */
  #onCancel = (event) => {
    if (event instanceof PointerEvent && this.#pointer.up(event)) this.#cancel();
  };

  /** Ends the gesture without a trace. */
  #cancel() {
    this.#drawing.cancelGesture();
    this.#changed();
    this.dispatchEvent(new Event("lift"));
  }

  /**
   * Without this, a quick stroke is a fling for the browser, which swallows a tap on a button that follows within half a
   * second, although `touch-action` forbids scrolling.
   *
   * @param {Event} event
   */
  #onTouch = (event) => event.preventDefault();

  #onLeave = () => {
    this.#eraser = null;
    this.paint();
  };

  /** @type {[string, (event: Event) => void][]} */
  #handlers = [
    ["touchstart", this.#onTouch],
    ["pointerdown", this.#onDown],
    ["pointermove", this.#onMove],
    ["pointerup", this.#onUp],
    ["pointercancel", this.#onCancel],
    ["pointerleave", this.#onLeave],
  ];

  /** @param {Point[]} points the way of the pen since the last one, also outside of the canvas */
  #drawTo(points) {
    const parts = partsInside([this.#last, ...points], SIDE);
    parts.forEach((part, index) => {
      const [first, ...rest] = part.map(([x, y]) => /** @type {Point} */ ([round(x), round(y)]));
      if (!first) return;
      if (index > 0 || this.#isCut) this.#drawing.continueAt(first);
      this.#drawing.extendStroke(rest);
    });
    this.#last = points.at(-1) ?? this.#last;
    this.#isCut = parts.at(-1)?.at(-1) !== this.#last;
  }

  /** @param {Point} point */
  #eraseTo(point) {
    this.#drawing.erase(this.#last, point, this.#eraserRadius);
    this.#last = point;
  }

  get #eraserRadius() {
    return this.#brush;
  }

  #changed() {
    this.paint();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point} in canvas units, rounded to a tenth
   */
  #pointOf(event) {
    const box = this.#canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    return [round((event.clientX - box.left) * scale), round((event.clientY - box.top) * scale)];
  }

  #resize() {
    const side = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio));
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    this.#paintNow();
  }

  #paintNow() {
    const context = this.#context;
    const scale = this.#canvas.width / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    this.#paintGuides();
    context.strokeStyle = context.fillStyle = colour("--ink");
    context.lineWidth = this.#brush;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.#drawing.strokes) paintStroke(context, stroke, this.#brush);
    if (this.#eraser && this.#tool === "erase") this.#paintEraser(this.#eraser);
  }

  #paintGuides() {
    const context = this.#context;
    context.strokeStyle = colour("--grid");
    context.lineWidth = 1;
    context.setLineDash([3, 5]);
    context.strokeRect(SIDE * 0.14, SIDE * 0.14, SIDE * 0.72, SIDE * 0.72);
    context.setLineDash([]);
  }

  /** @param {Point} point */
  #paintEraser(point) {
    const context = this.#context;
    context.strokeStyle = colour("--accent");
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(point[0], point[1], this.#eraserRadius, 0, 2 * Math.PI);
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./geometry.js").Stroke} stroke
 * @param {number} brush
 */
function paintStroke(context, stroke, brush) {
  const [first, ...rest] = stroke;
  if (!first) return;
  context.beginPath();
  if (rest.length === 0) {
    context.arc(first[0], first[1], brush / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(first[0], first[1]);
  for (const [x, y] of rest) context.lineTo(x, y);
  context.stroke();
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
