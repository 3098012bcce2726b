import { byId } from "../lib/elements.js";
import { decodeInk, encodeInk } from "../pad/ink_code.js";

const WAIT_MS = 250;

/** @typedef {{strokes: readonly import("../pad/geometry.js").Stroke[], brush: number}} Ink */

/**
 * The address of the page, which names the versions and holds the ink: so that it can be copied, kept and loaded again. It
 * is replaced, never pushed: the way back leads where one came from.
 */
export class ShareLink {
  #button = byId("copy-link", HTMLButtonElement);
  #box = byId("link", HTMLElement);
  #shown = byId("link-address", HTMLInputElement);
  #told = byId("link-told", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {{versions: number[], ink: Ink | null} | null} what the address is to say */
  #state = null;

  start() {
    this.#button.addEventListener("click", () => this.#copy());
    addEventListener("pagehide", () => this.#replace());
  }

  /**
   * The drawing that the address came with; null where it has none.
   *
   * @throws {RangeError} it cannot be read
   */
  static ink() {
    const text = new URLSearchParams(location.search).get("ink");
    return text === null ? null : decodeInk(text);
  }

  /**
   * @param {number[]} versions who is asked
   * @param {Ink | null} ink null: nothing, or a picture
   */
  show(versions, ink) {
    this.#tell("");
    this.#button.disabled = ink === null;
    this.#state = { versions, ink };
    // Browsers refuse a page that replaces its address too often.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#replace(), WAIT_MS);
  }

  /** @returns {boolean} whether the address says all that it is to say */
  #replace() {
    clearTimeout(this.#timer);
    if (!this.#state) return true;
    const { versions, ink } = this.#state;
    const query = new URLSearchParams(versions.map((number) => ["version", String(number)]));
    let isWhole = true;
    try {
      if (ink) query.set("ink", encodeInk(ink.strokes, ink.brush));
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error));
      isWhole = false;
    }
    if (`?${query}` !== location.search) history.replaceState(null, "", `?${query}`);
    return isWhole;
  }

  async #copy() {
    if (!this.#replace()) return;
    try {
      await navigator.clipboard.writeText(location.href);
      this.#tell("The link is copied.");
    } catch {
      // Without leave, or without HTTPS: the link is shown, to be copied by hand.
      this.#tell("Copy the link:");
      this.#shown.value = location.href;
      this.#shown.hidden = false;
      this.#shown.select();
    }
  }

  /** @param {string} sentence */
  #tell(sentence) {
    this.#told.textContent = sentence;
    this.#shown.hidden = true;
    this.#box.hidden = sentence === "";
  }
}
