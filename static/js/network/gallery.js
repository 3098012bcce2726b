import { byId } from "../elements.js";
import { decodedBytes, paintSigned } from "./signed_picture.js";

/** What the first layer looks for: one small picture per neuron, to choose from. */
export class Gallery {
  #box = byId("weights", HTMLElement);
  #onChoose;
  /** @type {Map<number, string>} */
  #weights;
  #observer = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: "300px" });
  /** @type {Set<HTMLElement>} buttons whose picture has been painted */
  #painted = new Set();
  /** @type {import("./reading.js").Neuron | null} */
  #chosen = null;

  /**
   * @param {import("./reading.js").Summary} summary
   * @param {(neuron: import("./reading.js").Neuron) => void} onChoose
   */
  constructor(summary, onChoose) {
    this.#onChoose = onChoose;
    this.#weights = new Map(summary.pictures.map(({ neuron, weights }) => [neuron, weights]));
    const all = summary.layers[1] ?? 0;
    if (summary.layers.length === 2) byId("weights-title", HTMLElement).textContent = "What each digit looks for";
    if (all > this.#weights.size) {
      byId("weights-text", HTMLElement).append(` Shown are the ${this.#weights.size} of ${all} that move the next layer most.`);
    }
  }

  start() {
    this.#box.replaceChildren(...[...this.#weights.keys()].map((neuron) => this.#button(neuron)));
    this.choose(this.#chosen);
    for (const button of this.#box.children) this.#observer.observe(button);
  }

  /** @param {import("./reading.js").Neuron | null} neuron */
  choose(neuron) {
    this.#chosen = neuron;
    for (const button of this.#box.children) {
      const isChosen = neuron?.layer === 1 && /** @type {HTMLElement} */ (button).dataset.neuron === String(neuron.index);
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }

  /** Paints anew those that have been seen; the others as one comes near them. */
  paint() {
    for (const button of this.#painted) this.#paint(button);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onSeen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      this.#observer.unobserve(target);
      this.#painted.add(target);
      this.#paint(target);
    }
  }

  /** @param {HTMLElement} button */
  #paint(button) {
    const weights = this.#weights.get(Number(button.dataset.neuron));
    const canvas = button.firstElementChild;
    if (weights && canvas instanceof HTMLCanvasElement) paintSigned(canvas, decodedBytes(weights), 127);
  }

  /** @param {number} neuron */
  #button(neuron) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.neuron = String(neuron);
    button.title = `Neuron ${neuron}`;
    button.setAttribute("aria-label", `Neuron ${neuron}`);
    button.setAttribute("aria-pressed", "false");
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 28;
    button.append(canvas);
    button.addEventListener("click", () => this.#onChoose({ layer: 1, index: neuron }));
    return button;
  }
}
