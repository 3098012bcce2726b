import { fetchJson } from "../lib/api.js";
import { part } from "../lib/elements.js";

/**
 * @typedef {{strokes: readonly import("../pad/geometry.js").Stroke[], brush: number} | {image: string}} Ink
 * @typedef {{id: number, label: number}} Correction
 */

/**
 * "Which digit was it?": keeps the drawing with the digit that its author names. One drawing is one correction: another
 * digit relabels it, Undo forgets it.
 */
export class CorrectionPanel {
  #box;
  #fetchJson;
  /** @type {{ink: Ink, version: number | undefined} | null} what was answered last */
  #answered = null;
  /** @type {Correction | null} what was kept of it */
  #kept = null;
  /** Raised with every other drawing, so that what comes late is not told of it. */
  #turn = 0;
  #isBusy = false;

  /**
   * @param {HTMLElement} box
   * @param {{fetchJson?: (url: string, request: {method: string, body?: unknown}) => Promise<any>}} [options]
   */
  constructor(box, options = {}) {
    this.#box = box;
    this.#fetchJson = options.fetchJson ?? fetchJson;
  }

  start() {
    for (const button of this.#buttons) button.addEventListener("click", () => this.name(Number(button.value)));
    part(this.#box, "undo", HTMLButtonElement).addEventListener("click", () => this.undo());
    this.#box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
      event.preventDefault();
      this.name(Number(event.key));
    });
    this.#show();
  }

  /** Gives the panel the focus, where a digit's key names it. */
  focus() {
    const marked = this.#buttons.find((button) => button.getAttribute("aria-pressed") === "true");
    (marked ?? this.#buttons[0])?.focus();
  }

  /**
   * @param {Ink} ink that was answered
   * @param {number | undefined} version who is told to have answered it
   */
  ask(ink, version) {
    this.#answered = { ink, version };
    this.#show();
  }

  /** Another drawing is under way. */
  forget() {
    this.#turn += 1;
    this.#answered = this.#kept = null;
    this.#say("");
    this.#show();
  }

  /** @param {number} digit that the drawing is */
  async name(digit) {
    const answered = this.#answered;
    if (!answered || this.#isBusy || this.#kept?.label === digit) return;
    const { ink, version } = answered;
    const kept = this.#kept;
    await this.#do(async () => {
      this.#kept = kept
        ? await this.#fetchJson(`/api/v1/corrections/${kept.id}`, { method: "PATCH", body: { label: digit } })
        : await this.#fetchJson("/api/v1/corrections", { method: "POST", body: { ...ink, label: digit, version } });
      return `Thanks: kept as a ${digit}.`;
    });
  }

  async undo() {
    const kept = this.#kept;
    if (!kept || this.#isBusy) return;
    await this.#do(async () => {
      await this.#fetchJson(`/api/v1/corrections/${kept.id}`, { method: "DELETE" });
      this.#kept = null;
      return "Forgotten.";
    });
  }

  /** @param {() => Promise<string>} work answers what to say when it is done */
  async #do(work) {
    const turn = this.#turn;
    this.#isBusy = true;
    let sentence;
    let isWrong = false;
    try {
      sentence = await work();
    } catch (error) {
      sentence = error instanceof Error ? error.message : String(error);
      isWrong = true;
    } finally {
      this.#isBusy = false;
    }
    if (turn === this.#turn) {
      this.#say(sentence, isWrong);
    } else {
      // The correction belongs to a drawing that is gone from the pad.
      this.#kept = null;
    }
    this.#show();
  }

  get #buttons() {
    return /** @type {HTMLButtonElement[]} */ ([...part(this.#box, "digits", HTMLElement).querySelectorAll("button")]);
  }

  /**
   * @param {string} sentence
   * @param {boolean} [isWrong]
   */
  #say(sentence, isWrong = false) {
    const told = part(this.#box, "told", HTMLElement);
    told.textContent = sentence;
    told.classList.toggle("field__error", isWrong);
  }

  #show() {
    for (const button of this.#buttons) {
      button.disabled = this.#answered === null;
      button.setAttribute("aria-pressed", String(this.#kept?.label === Number(button.value)));
    }
    const undo = part(this.#box, "undo", HTMLButtonElement);
    const hadFocus = document.activeElement === undo;
    undo.hidden = this.#kept === null;
    if (hadFocus && undo.hidden) this.#buttons[0]?.focus();
  }
}
