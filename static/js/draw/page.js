import { byId } from "../elements.js";
import { agreementSentence } from "./agreement.js";
import { Answers } from "./answers.js";
import { Drawing } from "./drawing.js";
import { Pad } from "./pad.js";
import { Predictor } from "./predictor.js";
import { paintSeen } from "./seen.js";
import { Teaching } from "./teaching.js";

/** @typedef {import("../messages.js").Prediction} Prediction */

const WAITING = "Waiting for a digit";
const NOTHING_DRAWN = "Nothing drawn yet";

/** The page to draw on: canvas, tools, answers, and who is asked. */
class DrawPage {
  #drawing = new Drawing();
  #pad = new Pad(byId("pad", HTMLCanvasElement), this.#drawing);
  #predictor = new Predictor();
  #answers = new Answers(byId("answers", HTMLElement), byId("answer", HTMLTemplateElement));
  #teaching = new Teaching(byId("teach", HTMLElement));
  #size = byId("size", HTMLInputElement);
  #seen = byId("seen", HTMLCanvasElement);
  #form = byId("versions", HTMLFormElement);
  #isSettled = true;

  start() {
    this.#pad.addEventListener("change", () => this.#onInk());
    this.#pad.addEventListener("lift", () => this.#settled());
    this.#predictor.addEventListener("prediction", (event) => this.#show(/** @type {CustomEvent} */ (event).detail));
    this.#predictor.addEventListener("trouble", (event) => this.#showTrouble(/** @type {CustomEvent} */ (event).detail));
    this.#form.addEventListener("change", (event) => this.#onChoice(event.target));
    this.#size.addEventListener("input", () => this.#resized());
    this.#listenToButtons();
    document.addEventListener("keydown", this.#onKey);
    this.#pad.brush = this.#size.valueAsNumber;
    this.#answers.setVersions(this.#chosen());
    this.#blank(WAITING);
    this.#teaching.start();
    this.#pad.start();
    this.#predictor.start();
  }

  #listenToButtons() {
    /** @type {Record<string, () => void>} */
    const actions = {
      "tool-draw": () => this.#choose("draw"),
      "tool-erase": () => this.#choose("erase"),
      undo: () => this.#change(() => this.#drawing.undo()),
      redo: () => this.#change(() => this.#drawing.redo()),
      clear: () => this.#change(() => this.#drawing.clear()),
      predict: () => this.#predict(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id, HTMLButtonElement).addEventListener("click", action);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const target = event.target;
    if (target instanceof HTMLElement && target.matches("input:not([type=range], [type=checkbox]), textarea, select")) return;
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
      c: () => this.#change(() => this.#drawing.clear()),
      t: () => this.#teaching.focus(),
      "[": () => this.#grow(-2),
      "]": () => this.#grow(2),
    };
    if (!isOnControl) actions.enter = () => this.#predict();
    return Object.hasOwn(actions, key) ? actions[key] : undefined;
  }

  /** @param {import("./pad.js").Tool} tool */
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
    if (!this.#drawing.isEmpty) this.#ask();
  }

  /** @param {() => void} step */
  #change(step) {
    step();
    this.#teaching.forget();
    this.#pad.paint();
    this.#settled();
  }

  /** While the pen moves: asked only where answers stream. */
  #onInk() {
    this.#isSettled = false;
    this.#teaching.forget();
    this.#showTools();
    if (this.#predictor.isStreaming && !this.#drawing.isEmpty) this.#ask();
  }

  #settled() {
    this.#isSettled = true;
    this.#showTools();
    if (this.#drawing.isEmpty) this.#blank(WAITING);
    else this.#ask();
  }

  #predict() {
    if (this.#drawing.isEmpty) this.#blank(NOTHING_DRAWN);
    else this.#ask();
  }

  #ask() {
    const versions = this.#chosen().map((version) => version.number);
    this.#predictor.ask({ strokes: this.#drawing.strokes, brush: this.#pad.brush, versions });
  }

  #showTools() {
    byId("undo", HTMLButtonElement).disabled = !this.#drawing.canUndo;
    byId("redo", HTMLButtonElement).disabled = !this.#drawing.canRedo;
    byId("clear", HTMLButtonElement).disabled = this.#drawing.isEmpty;
    byId("hint", HTMLElement).classList.toggle("is-gone", !this.#drawing.isEmpty);
  }

  /** @param {Prediction} prediction */
  #show(prediction) {
    if (this.#drawing.isEmpty) return;
    byId("trouble", HTMLElement).hidden = true;
    this.#answers.show(prediction.results);
    // Half a digit looks like none: nothing is said of it before the pen is lifted.
    byId("unlike", HTMLElement).hidden = !this.#isSettled || prediction.is_digit !== false;
    paintSeen(this.#seen, prediction.seen);
    const titles = new Map(this.#chosen().map((version) => [version.number, version.title]));
    this.#teaching.ask({ strokes: this.#drawing.strokes, brush: this.#pad.brush }, prediction.results[0]?.version);
    const sentence = agreementSentence(prediction.results, (number) => titles.get(number) ?? `Version ${number}`);
    this.#say(sentence);
  }

  /** @param {string} sentence */
  #showTrouble(sentence) {
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
    paintSeen(this.#seen, null);
    this.#say(sentence === WAITING ? "" : sentence);
  }

  /** @param {string} sentence for those who listen; seen as well where several versions answer */
  #say(sentence) {
    const spoken = byId("spoken", HTMLElement);
    if (spoken.textContent !== sentence) spoken.textContent = sentence;
    spoken.classList.toggle("visually-hidden", this.#chosen().length < 2);
  }

  /** @param {EventTarget | null} box that was ticked or unticked */
  #onChoice(box) {
    // Somebody has to read it.
    if (box instanceof HTMLInputElement && this.#chosen().length === 0) box.checked = true;
    const chosen = this.#chosen();
    this.#answers.setVersions(chosen);
    const query = new URLSearchParams(chosen.map((version) => ["version", String(version.number)]));
    history.replaceState(null, "", `?${query}`);
    this.#settled();
  }

  /** @returns {import("./answers.js").Version[]} who is asked, in the order of the list */
  #chosen() {
    const boxes = [...this.#form.querySelectorAll("input")];
    return boxes
      .filter((box) => box.checked)
      .map((box) => ({ number: Number(box.value), title: box.closest("label")?.querySelector("strong")?.textContent ?? "" }));
  }
}

new DrawPage().start();
