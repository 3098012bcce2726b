import { byId } from "../lib/elements.js";
import { decodeInk, encodeInk } from "../pad/ink_code.js";

const DEBOUNCE_MS = 250;

/** @typedef {{strokes: readonly import("../pad/geometry.js").Stroke[], brush: number}} Ink */

/**
 * The URL of the page, which contains the versions and the ink, for links and bookmarks. It replaces the entry of the
 * browser's history and never adds one: Back leaves the page.
 */
export class ShareLink {
  #button = byId("copy-link", HTMLButtonElement);
  #box = byId("link", HTMLElement);
  #shown = byId("link-address", HTMLInputElement);
  #status = byId("link-told", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {{versions: number[], ink: Ink | null} | null} the content of the URL */
  #state = null;

  start() {
    this.#button.addEventListener("click", () => this.#copy());
    addEventListener("pagehide", () => this.#replace());
  }

  /**
   * The ink in the URL; null if it contains none.
   *
   * @throws {RangeError} it cannot be decoded
   */
  static ink() {
    const text = new URLSearchParams(location.search).get("ink");
    return text === null ? null : decodeInk(text);
  }

  /**
   * @param {number[]} versions the chosen ones
   * @param {Ink | null} ink null without a drawing
   */
  show(versions, ink) {
    this.#showStatus("");
    this.#button.disabled = ink === null;
    this.#state = { versions, ink };
    // Browsers limit how often a page replaces its URL.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#replace(), DEBOUNCE_MS);
  }

  /** @returns {boolean} whether the URL contains all of the state */
  #replace() {
    clearTimeout(this.#timer);
    if (!this.#state) return true;
    const { versions, ink } = this.#state;
    const query = new URLSearchParams(versions.map((number) => ["version", String(number)]));
    let isComplete = true;
    try {
      if (ink) query.set("ink", encodeInk(ink.strokes, ink.brush));
    } catch (error) {
      this.#showStatus(error instanceof Error ? error.message : String(error));
      isComplete = false;
    }
    if (`?${query}` !== location.search) history.replaceState(null, "", `?${query}`);
    return isComplete;
  }

  async #copy() {
    if (!this.#replace()) return;
    try {
      await navigator.clipboard.writeText(location.href);
      this.#showStatus("The link is copied.");
    } catch {
      // Without permission or without HTTPS the link is shown, for copying by hand.
      this.#showStatus("Copy the link:");
      this.#shown.value = location.href;
      this.#shown.hidden = false;
      this.#shown.select();
    }
  }

  /** @param {string} sentence */
  #showStatus(sentence) {
    this.#status.textContent = sentence;
    this.#shown.hidden = true;
    this.#box.hidden = sentence === "";
  }
}
