import { part } from "../lib/elements.js";
import { capitalised } from "../lib/format.js";
import { ImageError, readImageFile } from "../pad/image_file.js";

/**
 * A picture instead of ink: chosen, dropped on the page or pasted. It lies over the canvas, whose ink waits beneath, once
 * the server has read it.
 *
 * Dispatches `change` when there is another picture, or none any more.
 */
export class ImageUpload extends EventTarget {
  #box;
  #overlay;
  #input;
  /** @type {string | null} */
  #address = null;
  /** Raised with every other picture, so that one that is read late is not taken. */
  #turn = 0;

  /**
   * @param {HTMLElement} box with the button, the file's input and the place of sentences
   * @param {HTMLElement} overlay over the canvas
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
      this.#input.value = ""; // so that the same file can be chosen again
      if (file) this.#take(file);
    });
    document.addEventListener("dragover", this.#onDragOver);
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) this.#markDrop(false);
    });
    document.addEventListener("drop", this.#onDrop);
    document.addEventListener("paste", this.#onPaste);
  }

  /** The picture as a `data:` address; null: there is none. */
  get address() {
    return this.#address;
  }

  /** The server has read it: it is shown. */
  accept() {
    if (this.#address === null) return;
    const image = part(this.#overlay, "image", HTMLImageElement);
    if (image.src !== this.#address) image.src = this.#address;
    this.#overlay.hidden = false;
  }

  /** @param {string} sentence why the server does not take it */
  refuse(sentence) {
    this.remove();
    this.#say(`${capitalised(sentence)}${sentence.endsWith(".") ? "" : "."}`);
  }

  /** What was said of a picture is of the past. */
  forgetTrouble() {
    this.#say("");
  }

  remove() {
    this.#turn += 1;
    this.#say("");
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
    else this.#say("There is no picture on the clipboard.");
  };

  /** @param {Blob} file */
  async #take(file) {
    this.#turn += 1;
    const turn = this.#turn;
    this.#say("");
    try {
      const address = await readImageFile(file);
      if (turn !== this.#turn) return;
      this.#address = address;
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      if (turn === this.#turn) this.#say(error.message);
    }
  }

  /** @param {boolean} isOver */
  #markDrop(isOver) {
    this.#overlay.parentElement?.classList.toggle("is-drop", isOver);
  }

  /** @param {string} sentence */
  #say(sentence) {
    part(this.#box, "trouble", HTMLElement).textContent = sentence;
  }
}
