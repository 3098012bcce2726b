import { Drawing } from "../pad/drawing.js";
import { Pad } from "../pad/pad.js";
import { Predictor } from "../pad/predictor.js";
import { byId } from "../lib/elements.js";
import { EXAMPLES } from "./example_digits.js";

/** How many connections are asked for, all pairs of layers together. */
const LINES = 600;

/**
 * The small pad beside the network: asks for the inside of it while the pen moves, and why when it is lifted.
 *
 * Dispatches `reading` (detail: a Reading), `clear` when nothing is drawn any more, and `trouble` (detail: a sentence).
 */
export class Ink extends EventTarget {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #version;
  #focus;
  /** @type {number | null} */
  #epoch = null;
  /** @type {AbortController | null} removes the listeners; null while the pad is stopped */
  #listening = null;

  /**
   * @param {number} version
   * @param {() => {layer: number, index: number} | null} focus the neuron whose own connections are wanted
   */
  constructor(version, focus) {
    super();
    this.#version = version;
    this.#focus = focus;
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const [pad, predictor] = [this.#pad, this.#predictor];
    pad.addEventListener("change", () => this.#onInk(), { signal });
    pad.addEventListener("lift", () => this.ask(), { signal });
    predictor.addEventListener("prediction", (event) => this.#onAnswer(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    predictor.addEventListener("failure", (event) => this.#onFailure(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    byId("undo", HTMLButtonElement).addEventListener("click", () => this.#change(() => this.#drawing.undo()), {
      signal,
    });
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#change(() => this.#drawing.clear()), {
      signal,
    });
    byId("examples", HTMLElement).addEventListener("click", (event) => this.#onExample(event), { signal });
    pad.start();
    predictor.start();
    this.#showTools();
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#pad.stop();
    this.#predictor.stop();
  }

  /** @param {Event} event a click on the button of an example */
  #onExample(event) {
    const digit = event.target instanceof HTMLElement ? event.target.dataset.digit : undefined;
    if (digit !== undefined) this.write(Number(digit));
  }

  get isEmpty() {
    return this.#drawing.isEmpty;
  }

  /** @param {number} digit whose example is put in place of what is drawn */
  write(digit) {
    this.#change(() => this.#write(digit));
  }

  /** Which snapshot reads; null: the finished network. */
  set epoch(/** @type {number | null} */ epoch) {
    this.#epoch = epoch;
    this.ask();
  }

  /** Asks about what is drawn, and why. */
  ask() {
    this.#ask(true);
  }

  /** @param {boolean} why */
  #ask(why) {
    if (this.#drawing.isEmpty) return;
    const focus = this.#focus();
    const question = {
      strokes: this.#drawing.strokes,
      brush: this.#pad.brush,
      versions: [this.#epoch === null ? this.#version : `${this.#version}@${this.#epoch}`],
      activations: true,
      inside: { lines: LINES, why, focus: focus && /** @type {[number, number]} */ ([focus.layer, focus.index]) },
    };
    this.#predictor.ask(question);
  }

  #onInk() {
    this.#showTools();
    if (this.#predictor.isStreaming) this.#ask(false);
  }

  /** @param {() => void} step */
  #change(step) {
    step();
    this.#pad.paint();
    this.#showTools();
    if (this.#drawing.isEmpty) {
      this.#predictor.forget();
      this.dispatchEvent(new Event("clear"));
    } else this.ask();
  }

  /** @param {number} digit */
  #write(digit) {
    this.#drawing.clear();
    for (const [first, ...rest] of EXAMPLES[digit] ?? []) {
      if (!first) continue;
      this.#drawing.beginStroke(first);
      this.#drawing.extendStroke(rest);
    }
    this.#drawing.endGesture();
  }

  #showTools() {
    byId("undo", HTMLButtonElement).disabled = !this.#drawing.canUndo;
    byId("clear", HTMLButtonElement).disabled = this.#drawing.isEmpty;
    byId("hint", HTMLElement).classList.toggle("is-gone", !this.#drawing.isEmpty);
  }

  /** @param {any} prediction */
  #onAnswer(prediction) {
    const [reading] = prediction.results;
    if (!this.#drawing.isEmpty && reading?.inside) this.dispatchEvent(new CustomEvent("reading", { detail: reading }));
  }

  /** @param {import("../pad/predictor.js").Failure} failure */
  #onFailure(failure) {
    this.dispatchEvent(new CustomEvent("failure", { detail: failure.message }));
  }
}
