/**
 * The selected rows of a list: counts them, selects all, and enables the buttons.
 *
 * Rows may be added and removed: the list is read again every time.
 */
export class RowSelection {
  #list;
  #all;
  #count;
  #buttons;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.list contains the rows, each with one check box
   * @param {HTMLInputElement} parts.all selects all rows or none
   * @param {HTMLElement} parts.count shows the number of selected rows
   * @param {HTMLButtonElement[]} parts.buttons enabled while a row is selected
   */
  constructor({ list, all, count, buttons }) {
    this.#list = list;
    this.#all = all;
    this.#count = count;
    this.#buttons = buttons;
  }

  start() {
    this.#list.addEventListener("change", this.refresh);
    this.#all.addEventListener("change", this.#selectAll);
    this.refresh();
  }

  stop() {
    this.#list.removeEventListener("change", this.refresh);
    this.#all.removeEventListener("change", this.#selectAll);
  }

  /** Updates the count; call it after adding or removing rows. */
  refresh = () => {
    const boxes = this.#boxes;
    const selected = boxes.filter((box) => box.checked).length;
    this.#all.checked = selected > 0 && selected === boxes.length;
    this.#all.indeterminate = selected > 0 && selected < boxes.length;
    this.#all.disabled = boxes.length === 0;
    const text = selected === 0 ? "" : `${selected} selected`;
    if (this.#count.textContent !== text) this.#count.textContent = text;
    for (const button of this.#buttons) button.disabled = selected === 0;
  };

  #selectAll = () => {
    for (const box of this.#boxes) box.checked = this.#all.checked;
    this.refresh();
  };

  get #boxes() {
    return /** @type {HTMLInputElement[]} */ ([...this.#list.querySelectorAll("input[type=checkbox]")]);
  }
}
