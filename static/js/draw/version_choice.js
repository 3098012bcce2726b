import { byId } from "../lib/elements.js";

/** @typedef {import("./prediction_cards.js").Version} Version */

/** As many as the server asks at once. */
export const MOST = 20;

/** Which versions are asked: at least one, at most `MOST`. Dispatches `change`. */
export class VersionChoice extends EventTarget {
  #form = byId("versions", HTMLFormElement);
  #count = byId("picked", HTMLElement);

  start() {
    this.#form.addEventListener("change", (event) => {
      // Somebody has to read it.
      if (event.target instanceof HTMLInputElement && this.chosen.length === 0) event.target.checked = true;
      this.#changed();
    });
    const all = byId("pick-all", HTMLButtonElement);
    all.textContent = this.#boxes.length > MOST ? `The first ${MOST}` : "All";
    all.addEventListener("click", () => this.#tick((index) => index < MOST));
    byId("pick-first", HTMLButtonElement).addEventListener("click", () => this.#tick((index) => index === 0));
    for (const box of this.#boxes.filter((one) => one.checked).slice(MOST)) box.checked = false;
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

  /** @param {(index: number) => boolean} isWanted */
  #tick(isWanted) {
    this.#boxes.forEach((box, index) => {
      box.checked = isWanted(index);
    });
    this.#changed();
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const count = this.chosen.length;
    for (const box of this.#boxes) box.disabled = count >= MOST && !box.checked;
    this.#count.textContent = count >= MOST ? `${count}, which is the most` : `${count} of ${this.#boxes.length}`;
  }
}
