import { agreementSentence, majority } from "../pad/majority_vote.js";
import { Drawing } from "../pad/drawing.js";
import { Pad } from "../pad/pad.js";
import { Predictor } from "../pad/predictor.js";
import { byId, part } from "../lib/elements.js";
import { percent } from "../lib/format.js";

/** @typedef {import("../pad/predictor.js").VersionPrediction} VersionPrediction */

/** A small canvas: one drawing, and what every compared version reads in it. */
export class ComparisonPad {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #rows = new Map(
    [...byId("readings", HTMLTableElement).querySelectorAll("tr[data-version]")].map((row) => [
      Number(/** @type {HTMLElement} */ (row).dataset.version),
      /** @type {HTMLTableRowElement} */ (row),
    ]),
  );

  start() {
    this.#pad.addEventListener("change", () => this.#onInk());
    this.#pad.addEventListener("lift", () => this.#settled());
    this.#predictor.addEventListener("prediction", (event) =>
      this.#show(/** @type {CustomEvent} */ (event).detail.results),
    );
    this.#predictor.addEventListener("failure", (event) =>
      this.#showFailure(/** @type {CustomEvent} */ (event).detail),
    );
    byId("undo", HTMLButtonElement).addEventListener("click", () => this.#change(() => this.#drawing.undo()));
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#change(() => this.#drawing.clear()));
    this.#pad.start();
    this.#predictor.start();
  }

  /** @param {() => void} step */
  #change(step) {
    step();
    this.#pad.paint();
    this.#settled();
  }

  #onInk() {
    this.#showTools();
    if (this.#predictor.isStreaming) this.#ask();
  }

  #settled() {
    this.#showTools();
    if (this.#drawing.isEmpty) this.#blank();
    else this.#ask();
  }

  #ask() {
    this.#predictor.ask({ strokes: this.#drawing.strokes, brush: this.#pad.brush, versions: [...this.#rows.keys()] });
  }

  #showTools() {
    byId("undo", HTMLButtonElement).disabled = !this.#drawing.canUndo;
    byId("clear", HTMLButtonElement).disabled = this.#drawing.isEmpty;
    byId("hint", HTMLElement).classList.toggle("is-gone", !this.#drawing.isEmpty);
  }

  /** @param {VersionPrediction[]} readings */
  #show(readings) {
    if (this.#drawing.isEmpty) return;
    byId("trouble", HTMLElement).hidden = true;
    const expected = majority(readings);
    for (const reading of readings) {
      const row = this.#rows.get(reading.version);
      if (!row) continue;
      const [first, second] = reading.probabilities
        .map((share, digit) => ({ share, digit }))
        .sort((a, b) => b.share - a.share);
      row.classList.toggle("is-odd", expected !== null && reading.digit !== expected);
      put(row, "digit", String(reading.digit));
      put(row, "sure", percent(first?.share, 1));
      put(row, "next", second ? `${second.digit}, ${percent(second.share, 1)}` : "–");
    }
    byId("spoken", HTMLElement).textContent = agreementSentence(readings, (number) => this.#titleOf(number));
  }

  #blank() {
    this.#predictor.forget();
    byId("trouble", HTMLElement).hidden = true;
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
