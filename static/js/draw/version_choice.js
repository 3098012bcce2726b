import { byId } from "../lib/elements.js";

/** @typedef {import("./prediction_cards.js").Version} Version */

/** The server's limit of versions per prediction. */
export const MAX_VERSIONS = 20;

/** The chosen versions: at least one, at most `MAX_VERSIONS`. Dispatches `change`. */
export class VersionChoice extends EventTarget {
  #form = byId("versions", HTMLFormElement);
  #count = byId("picked", HTMLElement);

  start() {
    this.#form.addEventListener("change", (event) => {
      // One version stays chosen.
      if (event.target instanceof HTMLInputElement && this.chosen.length === 0) event.target.checked = true;
      this.#changed();
    });
    const all = byId("pick-all", HTMLButtonElement);
    all.textContent = this.#boxes.length > MAX_VERSIONS ? `The first ${MAX_VERSIONS}` : "All";
    all.addEventListener("click", () => this.#select((index) => index < MAX_VERSIONS));
    byId("pick-first", HTMLButtonElement).addEventListener("click", () => this.#select((index) => index === 0));
    for (const box of this.#boxes.filter((one) => one.checked).slice(MAX_VERSIONS)) box.checked = false;
    this.#show();
  }

  /** @returns {Version[]} in the order of the list */
  get chosen() {
    return this.#boxes
      .filter((box) => box.checked)
      .map((box) => ({
        number: Number(box.value),
        title: box.closest("label")?.querySelector("strong")?.textContent ?? "",
      }));
  }

  get #boxes() {
    return [...this.#form.querySelectorAll("input")];
  }

  /** @param {(index: number) => boolean} isSelected */
  #select(isSelected) {
    this.#boxes.forEach((box, index) => {
      box.checked = isSelected(index);
    });
    this.#changed();
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const count = this.chosen.length;
    for (const box of this.#boxes) box.disabled = count >= MAX_VERSIONS && !box.checked;
    this.#count.textContent = count >= MAX_VERSIONS ? `${count} (maximum)` : `${count} of ${this.#boxes.length}`;
  }
}
