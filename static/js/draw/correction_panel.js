import { fetchJson } from "../lib/api.js";
import { siteAddress } from "../lib/site.js";
import { part } from "../lib/elements.js";

/**
 * @typedef {import("../pad/predictor.js").Ink} Ink
 * @typedef {Pick<import("../lib/messages.js").CorrectionOut, "id" | "label">} Correction
 */

/**
 * Saves a drawing with its true label. One drawing is one correction: another digit changes the label, Undo deletes the
 * correction.
 */
export class CorrectionPanel {
  #box;
  #fetchJson;
  /** @type {{ink: Ink, version: number | undefined} | null} the last drawing with a prediction */
  #predicted = null;
  /** @type {Correction | null} the saved correction of that drawing */
  #saved = null;
  /** Incremented with every drawing: the result of a request for an older one is not shown. */
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
    for (const button of this.#buttons) button.addEventListener("click", () => this.label(Number(button.value)));
    part(this.#box, "undo", HTMLButtonElement).addEventListener("click", () => this.undo());
    this.#box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
      event.preventDefault();
      this.label(Number(event.key));
    });
    this.#update();
  }

  /** Focuses the panel, in which the digit keys set the label. */
  focus() {
    const pressed = this.#buttons.find((button) => button.getAttribute("aria-pressed") === "true");
    (pressed ?? this.#buttons[0])?.focus();
  }

  /**
   * @param {Ink} ink of the prediction
   * @param {number | undefined} version that made the prediction
   */
  open(ink, version) {
    this.#predicted = { ink, version };
    this.#update();
  }

  /** Forgets the drawing: another one was begun. */
  close() {
    this.#turn += 1;
    this.#predicted = this.#saved = null;
    this.#showStatus("");
    this.#update();
  }

  /** @param {number} digit the true label of the drawing */
  async label(digit) {
    const predicted = this.#predicted;
    if (!predicted || this.#isBusy || this.#saved?.label === digit) return;
    const { ink, version } = predicted;
    const saved = this.#saved;
    await this.#run(async () => {
      this.#saved = saved
        ? await this.#fetchJson(siteAddress(`api/v1/corrections/${saved.id}`), {
            method: "PATCH",
            body: { label: digit },
          })
        : await this.#fetchJson(siteAddress("api/v1/corrections"), {
            method: "POST",
            body: { ...ink, label: digit, version },
          });
      return `Saved as a ${digit}.`;
    });
  }

  async undo() {
    const saved = this.#saved;
    if (!saved || this.#isBusy) return;
    await this.#run(async () => {
      await this.#fetchJson(siteAddress(`api/v1/corrections/${saved.id}`), { method: "DELETE" });
      this.#saved = null;
      return "Deleted.";
    });
  }

  /** @param {() => Promise<string>} work returns the sentence to show when it is done */
  async #run(work) {
    const turn = this.#turn;
    this.#isBusy = true;
    let sentence;
    let isError = false;
    try {
      sentence = await work();
    } catch (error) {
      sentence = error instanceof Error ? error.message : String(error);
      isError = true;
    } finally {
      this.#isBusy = false;
    }
    if (turn === this.#turn) {
      this.#showStatus(sentence, isError);
    } else {
      // The correction belongs to a drawing that is no longer on the pad.
      this.#saved = null;
    }
    this.#update();
  }

  get #buttons() {
    return /** @type {HTMLButtonElement[]} */ ([...part(this.#box, "digits", HTMLElement).querySelectorAll("button")]);
  }

  /**
   * @param {string} sentence
   * @param {boolean} [isError]
   */
  #showStatus(sentence, isError = false) {
    const status = part(this.#box, "told", HTMLElement);
    status.textContent = sentence;
    status.classList.toggle("field__error", isError);
  }

  #update() {
    for (const button of this.#buttons) {
      button.disabled = this.#predicted === null;
      button.setAttribute("aria-pressed", String(this.#saved?.label === Number(button.value)));
    }
    const undo = part(this.#box, "undo", HTMLButtonElement);
    const hadFocus = document.activeElement === undo;
    undo.hidden = this.#saved === null;
    if (hadFocus && undo.hidden) this.#buttons[0]?.focus();
  }
}
