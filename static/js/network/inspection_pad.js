import { Drawing } from "../pad/drawing.js";
import { Pad } from "../pad/pad.js";
import { Predictor } from "../pad/predictor.js";
import { whilePenIsDown } from "../pad/verdict.js";
import { byId } from "../lib/elements.js";
import { EXAMPLES } from "../pad/example_digits.js";

/** The requested number of connections, all pairs of layers together. */
const MAX_LINES = 600;

/**
 * The canvas next to the diagram: requests the network's internals while the pen moves, and the attribution when it is
 * lifted.
 *
 * Dispatches `inspection` (detail: an Inspection), `clear` when the drawing is empty, and `failure` (detail: a sentence).
 */
export class InspectionPad extends EventTarget {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #isPenUp = true;
  #version;
  #focus;
  /** @type {number | null} */
  #epoch = null;
  /** @type {AbortController | null} removes the listeners; null while the pad is stopped */
  #listening = null;

  /**
   * @param {number} version
   * @param {() => {layer: number, index: number} | null} focus the neuron whose connections are requested
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
    pad.addEventListener("change", () => this.#onStroke(), { signal });
    pad.addEventListener("lift", () => this.#onLift(), { signal });
    predictor.addEventListener("prediction", (event) => this.#onPrediction(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    predictor.addEventListener("failure", (event) => this.#onFailure(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    byId("undo", HTMLButtonElement).addEventListener("click", () => this.#edit(() => this.#drawing.undo()), {
      signal,
    });
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#edit(() => this.#drawing.clear()), {
      signal,
    });
    byId("examples", HTMLElement).addEventListener("click", (event) => this.#onExample(event), { signal });
    pad.start();
    predictor.start();
    this.#updateTools();
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

  /** @param {number} digit the example replaces the drawing */
  write(digit) {
    this.#edit(() => this.#drawing.replace(EXAMPLES[digit] ?? []));
  }

  /** The snapshot that makes the predictions; null for the final network. */
  set epoch(/** @type {number | null} */ epoch) {
    this.#epoch = epoch;
    this.requestPrediction();
  }

  /** Requests a prediction with its attribution. */
  requestPrediction() {
    this.#request(true);
  }

  /** @param {boolean} why whether to include the attribution */
  #request(why) {
    if (this.#drawing.isEmpty) return;
    const focus = this.#focus();
    const input = {
      strokes: this.#drawing.strokes,
      brush: this.#pad.brush,
      versions: [this.#epoch === null ? this.#version : `${this.#version}@${this.#epoch}`],
      activations: true,
      inside: { lines: MAX_LINES, why, focus: focus && /** @type {[number, number]} */ ([focus.layer, focus.index]) },
    };
    this.#predictor.request(input);
  }

  #onStroke() {
    this.#isPenUp = false;
    this.#updateTools();
    if (this.#predictor.isStreaming) this.#request(false);
  }

  /** @param {() => void} step */
  #edit(step) {
    step();
    this.#pad.paint();
    this.#onLift();
  }

  /** A gesture that was cancelled may leave the canvas empty. */
  #onLift() {
    this.#isPenUp = true;
    this.#updateTools();
    if (this.#drawing.isEmpty) {
      this.#predictor.forget();
      this.dispatchEvent(new Event("clear"));
    } else this.requestPrediction();
  }

  #updateTools() {
    byId("undo", HTMLButtonElement).disabled = !this.#drawing.canUndo;
    byId("clear", HTMLButtonElement).disabled = this.#drawing.isEmpty;
    byId("hint", HTMLElement).classList.toggle("is-gone", !this.#drawing.isEmpty);
  }

  /** @param {any} prediction */
  #onPrediction(prediction) {
    const [inspection] = this.#isPenUp ? prediction.results : whilePenIsDown(prediction.results);
    if (!this.#drawing.isEmpty && inspection?.inside)
      this.dispatchEvent(new CustomEvent("inspection", { detail: inspection }));
  }

  /** @param {import("../pad/predictor.js").Failure} failure */
  #onFailure(failure) {
    this.dispatchEvent(new CustomEvent("failure", { detail: failure.message }));
  }
}
