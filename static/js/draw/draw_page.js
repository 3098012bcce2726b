import { byId } from "../lib/elements.js";
import { agreementSentence } from "../pad/majority_vote.js";
import { PredictionCards } from "./prediction_cards.js";
import { VersionChoice } from "./version_choice.js";
import { Drawing } from "../pad/drawing.js";
import { Pad } from "../pad/pad.js";
import { ImageUpload } from "./image_upload.js";
import { Predictor } from "../pad/predictor.js";
import { paintModelInput } from "./model_input.js";
import { ShareLink } from "./share_link.js";
import { CorrectionPanel } from "./correction_panel.js";
import { showVoteBar } from "./vote_bar.js";

/** @typedef {import("../pad/predictor.js").Prediction} Prediction */

const WAITING = "Waiting for a digit";
const NOTHING_DRAWN = "Nothing drawn yet";
const NO_INK = "No ink is to be seen in this picture: a digit must be clearly darker or lighter than its paper.";

/** The page to draw on: canvas, tools, a picture instead, answers, and who is asked. */
class DrawPage {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #answers = new PredictionCards(byId("answers", HTMLElement), byId("answer", HTMLTemplateElement));
  #teaching = new CorrectionPanel(byId("teach", HTMLElement));
  #size = byId("size", HTMLInputElement);
  #seen = byId("seen", HTMLCanvasElement);
  #choice = new VersionChoice();
  #picture = new ImageUpload(byId("upload", HTMLElement), byId("picture", HTMLElement));
  #sharing = new ShareLink();
  #isSettled = true;

  start() {
    this.#pad.addEventListener("change", () => this.#onInk());
    this.#pad.addEventListener("lift", () => this.#settled());
    this.#predictor.addEventListener("prediction", (event) => this.#show(/** @type {CustomEvent} */ (event).detail));
    this.#predictor.addEventListener("trouble", (event) =>
      this.#showTrouble(/** @type {CustomEvent} */ (event).detail),
    );
    this.#choice.addEventListener("change", () => this.#onChoice());
    this.#picture.addEventListener("change", () => this.#onPicture());
    this.#size.addEventListener("input", () => this.#resized());
    this.#listenToButtons();
    document.addEventListener("keydown", this.#onKey);
    this.#pad.brush = this.#size.valueAsNumber;
    for (const one of [this.#choice, this.#teaching, this.#picture, this.#sharing, this.#pad, this.#predictor])
      one.start();
    this.#answers.setVersions(this.#choice.chosen);
    this.#blank(WAITING);
    this.#openInk();
  }

  /** Draws what the address holds. */
  #openInk() {
    try {
      const ink = ShareLink.ink();
      if (!ink) return;
      this.#drawing.open(ink.strokes);
      this.#size.value = String(ink.brush);
      this.#pad.brush = ink.brush;
      this.#pad.paint();
      this.#settled();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#showTrouble(error.message);
    }
  }

  #listenToButtons() {
    /** @type {Record<string, () => void>} */
    const actions = {
      "tool-draw": () => this.#choose("draw"),
      "tool-erase": () => this.#choose("erase"),
      undo: () => this.#change(() => this.#drawing.undo()),
      redo: () => this.#change(() => this.#drawing.redo()),
      clear: () => this.#clear(),
      predict: () => this.#predict(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id, HTMLButtonElement).addEventListener("click", action);
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
      if (key === "y" || (key === "z" && event.shiftKey)) return () => this.#change(() => this.#drawing.redo());
      return key === "z" ? () => this.#change(() => this.#drawing.undo()) : undefined;
    }
    if (event.altKey) return undefined;
    const named = event.shiftKey ? /^Digit([0-9])$/.exec(event.code)?.[1] : undefined;
    if (named !== undefined) return () => this.#teaching.name(Number(named));
    // Enter presses the button, link or box that has the focus.
    const isOnControl = event.target instanceof Element && event.target.closest("a, button, input, summary") !== null;
    /** @type {Record<string, () => void>} */
    const actions = {
      d: () => this.#choose("draw"),
      e: () => this.#choose("erase"),
      c: () => this.#clear(),
      t: () => this.#teaching.focus(),
      "[": () => this.#grow(-2),
      "]": () => this.#grow(2),
    };
    if (!isOnControl) actions.enter = () => this.#predict();
    return Object.hasOwn(actions, key) ? actions[key] : undefined;
  }

  /** @param {import("../pad/pad.js").Tool} tool */
  #choose(tool) {
    this.#pad.tool = tool;
    byId("tool-draw", HTMLElement).setAttribute("aria-pressed", String(tool === "draw"));
    byId("tool-erase", HTMLElement).setAttribute("aria-pressed", String(tool === "erase"));
  }

  /** @param {number} step */
  #grow(step) {
    this.#size.value = String(this.#size.valueAsNumber + step);
    this.#resized();
  }

  #resized() {
    this.#pad.brush = this.#size.valueAsNumber;
    if (!this.#drawing.isEmpty && this.#picture.address === null) this.#settled();
  }

  #clear() {
    if (this.#picture.address === null) this.#change(() => this.#drawing.clear());
    else this.#picture.remove();
  }

  /** @param {() => void} step of the ink, which stays as it is while a picture lies over it */
  #change(step) {
    if (this.#picture.address !== null) return;
    step();
    this.#teaching.forget();
    this.#pad.paint();
    this.#settled();
  }

  /** While the pen moves: asked only where answers stream. */
  #onInk() {
    this.#isSettled = false;
    this.#teaching.forget();
    this.#picture.forgetTrouble();
    this.#showTools();
    if (this.#predictor.isStreaming && !this.#drawing.isEmpty) this.#ask();
  }

  #onPicture() {
    this.#predictor.forget();
    this.#teaching.forget();
    this.#settled();
  }

  #settled() {
    this.#isSettled = true;
    this.#showTools();
    this.#sharing.show(
      this.#choice.chosen.map((version) => version.number),
      this.#drawnInk,
    );
    if (this.#ink) this.#ask();
    else this.#blank(WAITING);
  }

  #predict() {
    if (this.#ink) this.#ask();
    else this.#blank(NOTHING_DRAWN);
  }

  #ask() {
    const ink = this.#ink;
    if (ink) this.#predictor.ask({ ...ink, versions: this.#choice.chosen.map((version) => version.number) });
  }

  /** What is to be read: the picture, else the drawing; null: there is neither. */
  get #ink() {
    return this.#picture.address === null ? this.#drawnInk : { image: this.#picture.address };
  }

  get #drawnInk() {
    if (this.#drawing.isEmpty || this.#picture.address !== null) return null;
    return { strokes: this.#drawing.strokes, brush: this.#pad.brush };
  }

  #showTools() {
    const isPicture = this.#picture.address !== null;
    byId("undo", HTMLButtonElement).disabled = isPicture || !this.#drawing.canUndo;
    byId("redo", HTMLButtonElement).disabled = isPicture || !this.#drawing.canRedo;
    byId("clear", HTMLButtonElement).disabled = this.#ink === null;
    byId("hint", HTMLElement).classList.toggle("is-gone", this.#ink !== null);
  }

  /** @param {Prediction} prediction */
  #show(prediction) {
    const ink = this.#ink;
    if (!ink) return;
    this.#picture.accept();
    byId("trouble", HTMLElement).hidden = true;
    // Half a digit looks like none: nothing is said of it before the pen is lifted.
    const isDigit = !this.#isSettled || prediction.is_digit !== false;
    this.#answers.show(prediction.results, { isDigit });
    byId("unlike", HTMLElement).hidden = isDigit;
    showVoteBar(byId("votes", HTMLElement), prediction.results);
    paintModelInput(this.#seen, prediction.seen);
    const titles = new Map(this.#choice.chosen.map((version) => [version.number, version.title]));
    this.#teaching.ask(ink, prediction.results[0]?.version);
    const sentence = agreementSentence(prediction.results, (number) => titles.get(number) ?? `Version ${number}`);
    this.#say(sentence);
  }

  /** @param {string} sentence */
  #showTrouble(sentence) {
    if (this.#picture.address !== null) {
      this.#picture.refuse(/nothing drawn/i.test(sentence) ? NO_INK : sentence);
      return;
    }
    if (/nothing drawn/i.test(sentence)) {
      this.#blank(NOTHING_DRAWN);
      return;
    }
    const box = byId("trouble", HTMLElement);
    box.textContent = sentence;
    box.hidden = false;
  }

  /** @param {string} sentence */
  #blank(sentence) {
    this.#predictor.forget();
    this.#teaching.forget();
    byId("trouble", HTMLElement).hidden = true;
    byId("unlike", HTMLElement).hidden = true;
    this.#answers.clear(sentence);
    showVoteBar(byId("votes", HTMLElement), []);
    paintModelInput(this.#seen, null);
    this.#say(sentence === WAITING ? "" : sentence);
  }

  /** @param {string} sentence for those who listen; seen as well where several versions answer */
  #say(sentence) {
    const spoken = byId("spoken", HTMLElement);
    if (spoken.textContent !== sentence) spoken.textContent = sentence;
    spoken.classList.toggle("visually-hidden", this.#choice.chosen.length < 2);
  }

  #onChoice() {
    this.#answers.setVersions(this.#choice.chosen);
    this.#settled();
  }
}

new DrawPage().start();
