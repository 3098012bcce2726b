import { byId } from "../lib/elements.js";
import { agreementSentence } from "../pad/majority_vote.js";
import { isNoDigit, whilePenIsDown } from "../pad/verdict.js";
import { PredictionCards } from "./prediction_cards.js";
import { VersionChoice } from "./version_choice.js";
import { Drawing } from "../pad/drawing.js";
import { EXAMPLES } from "../pad/example_digits.js";
import { Pad } from "../pad/pad.js";
import { ImageUpload } from "./image_upload.js";
import { EMPTY_INK, Predictor } from "../pad/predictor.js";
import { paintModelInput } from "./model_input.js";
import { ShareLink } from "./share_link.js";
import { CorrectionPanel } from "./correction_panel.js";
import { showVoteBar } from "./vote_bar.js";

/** @typedef {import("../pad/predictor.js").Prediction} Prediction */

const NO_DRAWING = "No prediction yet";
const NOTHING_DRAWN = "Nothing drawn yet";
const NO_INK = "No ink found in this image: a digit must be clearly darker or lighter than its background.";

/** The drawing page: canvas, tools, image upload, and the predictions of the chosen versions. */
class DrawPage {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #cards = new PredictionCards(byId("answers", HTMLElement), byId("answer", HTMLTemplateElement));
  #corrections = new CorrectionPanel(byId("teach", HTMLElement));
  #brush = byId("size", HTMLInputElement);
  #input = byId("seen", HTMLCanvasElement);
  #versions = new VersionChoice();
  #upload = new ImageUpload(byId("upload", HTMLElement), byId("picture", HTMLElement));
  #link = new ShareLink();
  #isPenUp = true;

  start() {
    this.#pad.addEventListener("change", () => this.#onStroke());
    this.#pad.addEventListener("lift", () => this.#onPenUp());
    this.#predictor.addEventListener("prediction", (event) => this.#show(/** @type {CustomEvent} */ (event).detail));
    this.#predictor.addEventListener("failure", (event) =>
      this.#showFailure(/** @type {CustomEvent} */ (event).detail),
    );
    this.#versions.addEventListener("change", () => this.#onVersions());
    this.#upload.addEventListener("change", () => this.#onImage());
    this.#brush.addEventListener("input", () => this.#onBrush());
    this.#addButtonListeners();
    byId("examples", HTMLElement).addEventListener("click", (event) => this.#onExample(event));
    document.addEventListener("keydown", this.#onKey);
    this.#pad.brush = this.#brush.valueAsNumber;
    for (const one of [this.#versions, this.#corrections, this.#upload, this.#link, this.#pad, this.#predictor])
      one.start();
    this.#cards.setVersions(this.#versions.chosen);
    this.#showNothing(NO_DRAWING);
    this.#openLink();
  }

  /** Draws the ink encoded in the URL. */
  #openLink() {
    try {
      const ink = ShareLink.ink();
      if (!ink) return;
      this.#drawing.open(ink.strokes);
      this.#brush.value = String(ink.brush);
      this.#pad.brush = ink.brush;
      this.#pad.paint();
      this.#onPenUp();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#showFailure({ message: error.message, code: "" });
    }
  }

  #addButtonListeners() {
    /** @type {Record<string, () => void>} */
    const actions = {
      "tool-draw": () => this.#selectTool("draw"),
      "tool-erase": () => this.#selectTool("erase"),
      undo: () => this.#edit(() => this.#drawing.undo()),
      redo: () => this.#edit(() => this.#drawing.redo()),
      clear: () => this.#clear(),
      predict: () => this.#predict(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id, HTMLButtonElement).addEventListener("click", action);
  }

  /** @param {Event} event a click on the button of an example, which replaces the image and the ink */
  #onExample(event) {
    const digit = event.target instanceof HTMLElement ? event.target.dataset.digit : undefined;
    const strokes = EXAMPLES[Number(digit)];
    if (digit === undefined || !strokes) return;
    if (this.#upload.address !== null) this.#upload.remove();
    this.#edit(() => this.#drawing.replace(strokes));
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const target = event.target;
    if (target instanceof HTMLElement && target.matches("input:not([type=range], [type=checkbox]), textarea, select"))
      return;
    const action = this.#actionOf(event);
    if (!action) return;
    event.preventDefault();
    action();
  };

  /**
   * @param {KeyboardEvent} event
   * @returns {(() => void) | undefined}
   */
  #actionOf(event) {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (event.altKey) return undefined;
      if (key === "y" || (key === "z" && event.shiftKey)) return () => this.#edit(() => this.#drawing.redo());
      return key === "z" ? () => this.#edit(() => this.#drawing.undo()) : undefined;
    }
    if (event.altKey) return undefined;
    const named = event.shiftKey ? /^Digit([0-9])$/.exec(event.code)?.[1] : undefined;
    if (named !== undefined) return () => this.#corrections.label(Number(named));
    // Enter activates the focused button, link or box.
    const isOnControl = event.target instanceof Element && event.target.closest("a, button, input, summary") !== null;
    /** @type {Record<string, () => void>} */
    const actions = {
      d: () => this.#selectTool("draw"),
      e: () => this.#selectTool("erase"),
      c: () => this.#clear(),
      t: () => this.#corrections.focus(),
      "[": () => this.#resizeBrush(-2),
      "]": () => this.#resizeBrush(2),
    };
    if (!isOnControl) actions.enter = () => this.#predict();
    return Object.hasOwn(actions, key) ? actions[key] : undefined;
  }

  /** @param {import("../pad/pad.js").Tool} tool */
  #selectTool(tool) {
    this.#pad.tool = tool;
    byId("tool-draw", HTMLElement).setAttribute("aria-pressed", String(tool === "draw"));
    byId("tool-erase", HTMLElement).setAttribute("aria-pressed", String(tool === "erase"));
  }

  /** @param {number} step */
  #resizeBrush(step) {
    this.#brush.value = String(this.#brush.valueAsNumber + step);
    this.#onBrush();
  }

  #onBrush() {
    this.#pad.brush = this.#brush.valueAsNumber;
    if (!this.#drawing.isEmpty && this.#upload.address === null) this.#onPenUp();
  }

  #clear() {
    if (this.#upload.address === null) this.#edit(() => this.#drawing.clear());
    else this.#upload.remove();
  }

  /** @param {() => void} step changes the ink; skipped while an image covers the canvas */
  #edit(step) {
    if (this.#upload.address !== null) return;
    step();
    this.#corrections.close();
    this.#pad.paint();
    this.#onPenUp();
  }

  /** While the pen moves, predictions are requested only over the WebSocket. */
  #onStroke() {
    this.#isPenUp = false;
    this.#corrections.close();
    this.#upload.clearError();
    this.#updateTools();
    if (this.#predictor.isStreaming && !this.#drawing.isEmpty) this.#requestPrediction();
  }

  #onImage() {
    this.#predictor.forget();
    this.#corrections.close();
    this.#onPenUp();
  }

  #onPenUp() {
    this.#isPenUp = true;
    this.#updateTools();
    this.#link.show(
      this.#versions.chosen.map((version) => version.number),
      this.#drawnInk,
    );
    if (this.#ink) this.#requestPrediction();
    else this.#showNothing(NO_DRAWING);
  }

  #predict() {
    if (this.#ink) this.#requestPrediction();
    else this.#showNothing(NOTHING_DRAWN);
  }

  #requestPrediction() {
    const ink = this.#ink;
    if (ink) this.#predictor.request({ ...ink, versions: this.#versions.chosen.map((version) => version.number) });
  }

  /** The input of the prediction: the image, otherwise the drawing; null without either. */
  get #ink() {
    return this.#upload.address === null ? this.#drawnInk : { image: this.#upload.address };
  }

  get #drawnInk() {
    if (this.#drawing.isEmpty || this.#upload.address !== null) return null;
    return { strokes: this.#drawing.strokes, brush: this.#pad.brush };
  }

  #updateTools() {
    const isImage = this.#upload.address !== null;
    byId("undo", HTMLButtonElement).disabled = isImage || !this.#drawing.canUndo;
    byId("redo", HTMLButtonElement).disabled = isImage || !this.#drawing.canRedo;
    byId("clear", HTMLButtonElement).disabled = this.#ink === null;
    byId("hint", HTMLElement).classList.toggle("is-gone", this.#ink !== null);
  }

  /** @param {Prediction} prediction */
  #show(prediction) {
    const ink = this.#ink;
    if (!ink) return;
    this.#upload.accept();
    byId("trouble", HTMLElement).hidden = true;
    const results = this.#isPenUp ? prediction.results : whilePenIsDown(prediction.results);
    this.#cards.show(results);
    byId("unlike", HTMLElement).hidden = !isNoDigit(results);
    showVoteBar(byId("votes", HTMLElement), results);
    paintModelInput(this.#input, prediction.seen);
    const titles = new Map(this.#versions.chosen.map((version) => [version.number, version.title]));
    this.#corrections.open(ink, results[0]?.version);
    const sentence = agreementSentence(results, (number) => titles.get(number) ?? `Version ${number}`);
    this.#announce(sentence);
  }

  /** @param {import("../pad/predictor.js").Failure} failure */
  #showFailure({ message, code }) {
    if (this.#upload.address !== null) {
      this.#upload.refuse(code === EMPTY_INK ? NO_INK : message);
      return;
    }
    if (code === EMPTY_INK) {
      this.#showNothing(NOTHING_DRAWN);
      return;
    }
    const box = byId("trouble", HTMLElement);
    box.textContent = message;
    box.hidden = false;
  }

  /** @param {string} sentence */
  #showNothing(sentence) {
    this.#predictor.forget();
    this.#corrections.close();
    byId("trouble", HTMLElement).hidden = true;
    byId("unlike", HTMLElement).hidden = true;
    this.#cards.clear(sentence);
    showVoteBar(byId("votes", HTMLElement), []);
    paintModelInput(this.#input, null);
    this.#announce(sentence === NO_DRAWING ? "" : sentence);
  }

  /** @param {string} sentence for screen readers; also visible if several versions are chosen */
  #announce(sentence) {
    const spoken = byId("spoken", HTMLElement);
    if (spoken.textContent !== sentence) spoken.textContent = sentence;
    spoken.classList.toggle("visually-hidden", this.#versions.chosen.length < 2);
  }

  #onVersions() {
    this.#cards.setVersions(this.#versions.chosen);
    this.#onPenUp();
  }
}

new DrawPage().start();
