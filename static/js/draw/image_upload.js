import { part } from "../lib/elements.js";
import { capitalised } from "../lib/format.js";
import { ImageError, readImageFile } from "../pad/image_file.js";

/**
 * An image as input instead of ink: chosen, dropped on the page or pasted. It covers the canvas, whose ink is kept, as soon
 * as the server has accepted it.
 *
 * Dispatches `change` when the image is replaced or removed.
 */
export class ImageUpload extends EventTarget {
  #box;
  #overlay;
  #input;
  /** @type {string | null} */
  #address = null;
  /** Incremented with every change of the image: a file that was read too late is dropped. */
  #turn = 0;

  /**
   * @param {HTMLElement} box contains the button, the file input and the error message
   * @param {HTMLElement} overlay covers the canvas
   */
  constructor(box, overlay) {
    super();
    this.#box = box;
    this.#overlay = overlay;
    this.#input = part(box, "file", HTMLInputElement);
  }

  start() {
    part(this.#box, "choose", HTMLButtonElement).addEventListener("click", () => this.#input.click());
    part(this.#overlay, "remove", HTMLButtonElement).addEventListener("click", () => this.remove());
    this.#input.addEventListener("change", () => {
      const [file] = this.#input.files ?? [];
      this.#input.value = ""; // the same file can be chosen again
      if (file) this.#take(file);
    });
    document.addEventListener("dragover", this.#onDragOver);
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) this.#markDrop(false);
    });
    document.addEventListener("drop", this.#onDrop);
    document.addEventListener("paste", this.#onPaste);
  }

  /** The image as a `data:` URL; null without an image. */
  get address() {
    return this.#address;
  }

  /** Shows the image: the server has accepted it. */
  accept() {
    if (this.#address === null) return;
    const image = part(this.#overlay, "image", HTMLImageElement);
    if (image.src !== this.#address) image.src = this.#address;
    this.#overlay.hidden = false;
  }

  /** @param {string} sentence why the server refused the image */
  refuse(sentence) {
    this.remove();
    this.#showError(`${capitalised(sentence)}${sentence.endsWith(".") ? "" : "."}`);
  }

  /** Removes the error message. */
  clearError() {
    this.#showError("");
  }

  remove() {
    this.#turn += 1;
    this.#showError("");
    if (this.#address === null) return;
    this.#address = null;
    this.#overlay.hidden = true;
    part(this.#overlay, "image", HTMLImageElement).removeAttribute("src");
    this.dispatchEvent(new Event("change"));
  }

  /** @param {DragEvent} event */
  #onDragOver = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#markDrop(true);
  };

  /** @param {DragEvent} event */
  #onDrop = (event) => {
    this.#markDrop(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.#take(file);
  };

  /** @param {ClipboardEvent} event */
  #onPaste = (event) => {
    if (
      event.target instanceof HTMLElement &&
      event.target.matches("input:not([type=range], [type=checkbox]), textarea")
    )
      return;
    const [file] = event.clipboardData?.files ?? [];
    event.preventDefault();
    if (file) this.#take(file);
    else this.#showError("There is no image on the clipboard.");
  };

  /** @param {Blob} file */
  async #take(file) {
    this.#turn += 1;
    const turn = this.#turn;
    this.#showError("");
    try {
      const address = await readImageFile(file);
      if (turn !== this.#turn) return;
      this.#address = address;
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      if (turn === this.#turn) this.#showError(error.message);
    }
  }

  /** @param {boolean} isOver */
  #markDrop(isOver) {
    this.#overlay.parentElement?.classList.toggle("is-drop", isOver);
  }

  /** @param {string} sentence */
  #showError(sentence) {
    part(this.#box, "trouble", HTMLElement).textContent = sentence;
  }
}
