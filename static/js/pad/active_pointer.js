/** After an event of a pen, touches are ignored for this time: the hand that holds the pen rests on the screen. */
const PEN_MS = 1000;

/**
 * Decides which pointer draws: a pen takes over from a touch, touches are ignored while a pen is in use, and two fingers
 * together do not draw.
 *
 * @typedef {Pick<PointerEvent, "pointerId" | "pointerType">} Pointer
 */
export class ActivePointer {
  /** @type {Pointer | null} */
  #active = null;
  /** @type {Set<number>} the touches on the canvas */
  #touches = new Set();
  #penAt = -Infinity;
  #now;

  /** @param {() => number} [now] in milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {Pointer} pointer */
  isActive(pointer) {
    return this.#active?.pointerId === pointer.pointerId;
  }

  /** @param {Pointer} pointer one that moved, on or above the canvas */
  moved(pointer) {
    if (pointer.pointerType === "pen") this.#penAt = this.#now();
  }

  /**
   * @param {Pointer} pointer one that went down
   * @returns {"begin" | "replace" | "cancel" | "ignore"} "replace": the gesture of the active pointer is undone, and this
   *   pointer begins one; "cancel": that gesture is undone, and none begins
   */
  down(pointer) {
    this.moved(pointer);
    const isTouch = pointer.pointerType === "touch";
    const isOneOfSeveral = isTouch && this.#touches.size > 0;
    if (isTouch) this.#touches.add(pointer.pointerId);
    const active = this.#active;
    if (active && !this.isActive(pointer)) {
      if (active.pointerType !== "touch") return "ignore";
      this.#active = pointer.pointerType === "pen" ? pointer : null;
      return this.#active ? "replace" : "cancel";
    }
    if (isOneOfSeveral || (isTouch && this.#now() - this.#penAt < PEN_MS)) return "ignore";
    this.#active = pointer;
    return "begin";
  }

  /**
   * @param {Pointer} pointer one that was lifted or cancelled
   * @returns {boolean} whether it was the active one
   */
  up(pointer) {
    this.moved(pointer);
    this.#touches.delete(pointer.pointerId);
    if (!this.isActive(pointer)) return false;
    this.#active = null;
    return true;
  }
}
