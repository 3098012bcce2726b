/**
 * The ticked rows of a list: how many there are, all at once, and what can be done with them.
 *
 * Rows may come and go while it runs: it asks the list each time.
 */
export class RowSelection {
  #list;
  #all;
  #count;
  #buttons;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.list holds the rows, each with one tick box
   * @param {HTMLInputElement} parts.all ticks all or none
   * @param {HTMLElement} parts.count says how many are ticked
   * @param {HTMLButtonElement[]} parts.buttons need at least one
   */
  constructor({ list, all, count, buttons }) {
    this.#list = list;
    this.#all = all;
    this.#count = count;
    this.#buttons = buttons;
  }

  start() {
    this.#list.addEventListener("change", this.refresh);
    this.#all.addEventListener("change", this.#tickAll);
    this.refresh();
  }

  stop() {
    this.#list.removeEventListener("change", this.refresh);
    this.#all.removeEventListener("change", this.#tickAll);
  }

  /** Look at the boxes again: call it when rows have come or gone. */
  refresh = () => {
    const boxes = this.#boxes;
    const ticked = boxes.filter((box) => box.checked).length;
    this.#all.checked = ticked > 0 && ticked === boxes.length;
    this.#all.indeterminate = ticked > 0 && ticked < boxes.length;
    this.#all.disabled = boxes.length === 0;
    const words = ticked === 0 ? "" : `${ticked} ticked`;
    if (this.#count.textContent !== words) this.#count.textContent = words;
    for (const button of this.#buttons) button.disabled = ticked === 0;
  };

  #tickAll = () => {
    for (const box of this.#boxes) box.checked = this.#all.checked;
    this.refresh();
  };

  get #boxes() {
    return /** @type {HTMLInputElement[]} */ ([...this.#list.querySelectorAll("input[type=checkbox]")]);
  }
}
