import { moved, showing, WHOLE, zoomed } from "./viewport.js";

const CLICK_PIXELS = 6;
const KEY_PIXELS = 60;
const STEP = 1.35;

/**
 * Zooms and moves the viewport of a diagram by wheel, drag, pinch and keys.
 *
 * Dispatches `view` (detail: a Viewport), `point` (detail: `{x, y}` on the screen, null after the pointer has left) and `press`
 * (detail: `{x, y}`) for a click or tap without a drag.
 */
export class ZoomGestures extends EventTarget {
  #element;
  /** @type {import("./viewport.js").Viewport} */
  #view = WHOLE;
  /** @type {Map<number, {x: number, y: number}>} */
  #pointers = new Map();
  #moved = 0;
  /** @type {AbortController | null} removes the listeners; null while the gestures are stopped */
  #listening = null;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.#element = element;
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const element = this.#element;
    element.addEventListener("wheel", this.#onWheel, { passive: false, signal });
    element.addEventListener("pointerdown", this.#onDown, { signal });
    element.addEventListener("pointermove", this.#onMove, { signal });
    element.addEventListener("pointerup", this.#onUp, { signal });
    element.addEventListener("pointercancel", this.#onUp, { signal });
    element.addEventListener("pointerleave", this.#onLeave, { signal });
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#pointers.clear();
  }

  /** @returns {import("./viewport.js").Viewport} */
  get view() {
    return this.#view;
  }

  set view(view) {
    this.#view = view;
    this.#element.dataset.zoomed = String(view.scale > 1);
    this.dispatchEvent(new CustomEvent("view", { detail: view }));
  }

  /**
   * @param {number} steps positive zooms in
   * @param {{x: number, y: number}} [towards] in the diagram; by default the middle of the screen
   */
  zoom(steps, towards) {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const { scale, left, top } = this.#view;
    const [x, y] = towards ? [towards.x * scale + left, towards.y * scale + top] : [width / 2, height / 2];
    const zoomedIn = zoomed(this.#view, STEP ** steps, x, y, width, height);
    this.view = towards ? showing(zoomedIn, towards.x, towards.y, width, height) : zoomedIn;
  }

  /**
   * @param {number} right in steps
   * @param {number} down
   */
  move(right, down) {
    this.#shift(-right * KEY_PIXELS, -down * KEY_PIXELS);
  }

  showAll() {
    this.view = WHOLE;
  }

  /** @param {WheelEvent} event */
  #onWheel = (event) => {
    // Without focus and zoom the wheel scrolls the page.
    if (!event.ctrlKey && this.#view.scale === 1 && document.activeElement !== this.#element) return;
    event.preventDefault();
    const { clientWidth: width, clientHeight: height } = this.#element;
    const factor = Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 100) * 0.0025);
    this.view = zoomed(this.#view, factor, event.offsetX, event.offsetY, width, height);
  };

  /** @param {PointerEvent} event */
  #onDown = (event) => {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pointers.size > 1) this.#moved = Infinity;
  };

  /** @param {PointerEvent} event */
  #onMove = (event) => {
    const last = this.#pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch") this.#emit("point", { x: event.offsetX, y: event.offsetY });
      return;
    }
    const before = this.#span();
    const next = { x: event.clientX, y: event.clientY };
    this.#pointers.set(event.pointerId, next);
    this.#moved += Math.hypot(next.x - last.x, next.y - last.y);
    if (this.#pointers.size === 2) this.#pinch(before, this.#span());
    else if (this.#moved > CLICK_PIXELS) {
      if (!this.#element.hasPointerCapture(event.pointerId)) this.#element.setPointerCapture(event.pointerId);
      this.#shift(next.x - last.x, next.y - last.y);
    }
  };

  /** @param {PointerEvent} event */
  #onUp = (event) => {
    const wasDown = this.#pointers.delete(event.pointerId);
    if (wasDown && event.type === "pointerup" && this.#moved <= CLICK_PIXELS) {
      this.#emit("press", { x: event.offsetX, y: event.offsetY });
    }
  };

  /** @param {PointerEvent} event */
  #onLeave = (event) => {
    if (!this.#element.hasPointerCapture(event.pointerId)) this.#pointers.delete(event.pointerId);
    this.#emit("point", null);
  };

  /** @returns {{x: number, y: number, length: number}} the middle of two pointers and their distance */
  #span() {
    const [a, b = a] = [...this.#pointers.values()];
    if (!a || !b) return { x: 0, y: 0, length: 1 };
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, length: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
  }

  /**
   * @param {{x: number, y: number, length: number}} before
   * @param {{x: number, y: number, length: number}} after
   */
  #pinch(before, after) {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const box = this.#element.getBoundingClientRect();
    const zoomedIn = zoomed(
      this.#view,
      after.length / before.length,
      after.x - box.left,
      after.y - box.top,
      width,
      height,
    );
    this.view = moved(zoomedIn, after.x - before.x, after.y - before.y, width, height);
  }

  /**
   * @param {number} right
   * @param {number} down
   */
  #shift(right, down) {
    this.view = moved(this.#view, right, down, this.#element.clientWidth, this.#element.clientHeight);
  }

  /**
   * @param {string} type
   * @param {{x: number, y: number} | null} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
