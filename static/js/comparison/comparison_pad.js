import { agreementSentence, majority } from "../pad/majority_vote.js";
import { calibrated } from "../pad/calibration.js";
import { isNoDigit, verdictText, whilePenIsDown } from "../pad/verdict.js";
import { Drawing } from "../pad/drawing.js";
import { Pad } from "../pad/pad.js";
import { Predictor } from "../pad/predictor.js";
import { byId, part } from "../lib/elements.js";
import { percent } from "../lib/format.js";

/** @typedef {import("../pad/predictor.js").VersionPrediction} VersionPrediction */

/** A small canvas: one drawing, and the prediction of every compared version. */
export class ComparisonPad {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #isPenUp = true;
  #rows = new Map(
    [...byId("readings", HTMLTableElement).querySelectorAll("tr[data-version]")].map((row) => [
      Number(/** @type {HTMLElement} */ (row).dataset.version),
      /** @type {HTMLTableRowElement} */ (row),
    ]),
  );

  start() {
    this.#pad.addEventListener("change", () => this.#onStroke());
    this.#pad.addEventListener("lift", () => this.#onPenUp());
    this.#predictor.addEventListener("prediction", (event) =>
      this.#show(/** @type {CustomEvent} */ (event).detail.results),
    );
    this.#predictor.addEventListener("failure", (event) =>
      this.#showFailure(/** @type {CustomEvent} */ (event).detail),
    );
    byId("undo", HTMLButtonElement).addEventListener("click", () => this.#edit(() => this.#drawing.undo()));
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#edit(() => this.#drawing.clear()));
    this.#pad.start();
    this.#predictor.start();
  }

  /** @param {() => void} step */
  #edit(step) {
    step();
    this.#pad.paint();
    this.#onPenUp();
  }

  #onStroke() {
    this.#isPenUp = false;
    this.#updateTools();
    if (this.#predictor.isStreaming) this.#requestPrediction();
  }

  #onPenUp() {
    this.#isPenUp = true;
    this.#updateTools();
    if (this.#drawing.isEmpty) this.#showNothing();
    else this.#requestPrediction();
  }

  #requestPrediction() {
    this.#predictor.request({
      strokes: this.#drawing.strokes,
      brush: this.#pad.brush,
      versions: [...this.#rows.keys()],
    });
  }

  #updateTools() {
    byId("undo", HTMLButtonElement).disabled = !this.#drawing.canUndo;
    byId("clear", HTMLButtonElement).disabled = this.#drawing.isEmpty;
    byId("hint", HTMLElement).classList.toggle("is-gone", !this.#drawing.isEmpty);
  }

  /** @param {VersionPrediction[]} results */
  #show(results) {
    if (this.#drawing.isEmpty) return;
    const predictions = this.#isPenUp ? results : whilePenIsDown(results);
    byId("unlike", HTMLElement).hidden = !isNoDigit(predictions);
    byId("trouble", HTMLElement).hidden = true;
    const expected = majority(predictions);
    for (const prediction of predictions) {
      const row = this.#rows.get(prediction.version);
      if (!row) continue;
      const [, second] = calibrated(prediction)
        .map((share, digit) => ({ share, digit }))
        .sort((a, b) => b.share - a.share);
      row.classList.toggle("is-odd", expected !== null && prediction.digit !== expected);
      put(row, "digit", String(prediction.digit));
      put(row, "sure", verdictText(prediction));
      put(row, "next", second ? `${second.digit}, ${percent(second.share, 1)}` : "–");
    }
    byId("spoken", HTMLElement).textContent = agreementSentence(predictions, (number) => this.#titleOf(number));
  }

  #showNothing() {
    this.#predictor.forget();
    byId("trouble", HTMLElement).hidden = true;
    byId("unlike", HTMLElement).hidden = true;
    byId("spoken", HTMLElement).textContent = "";
    for (const row of this.#rows.values()) {
      row.classList.remove("is-odd");
      for (const name of ["digit", "sure", "next"]) put(row, name, "–");
    }
  }

  /** @param {import("../pad/predictor.js").Failure} failure */
  #showFailure({ message }) {
    const box = byId("trouble", HTMLElement);
    box.textContent = message;
    box.hidden = false;
  }

  /** @param {number} number */
  #titleOf(number) {
    return this.#rows.get(number)?.querySelector("th")?.textContent ?? `Version ${number}`;
  }
}

/**
 * @param {HTMLElement} row
 * @param {string} name
 * @param {string} text
 */
function put(row, name, text) {
  part(row, name, HTMLElement).textContent = text;
}
