import { fetchJson } from "../lib/api.js";
import { byId } from "../lib/elements.js";
import { whenIdle } from "../lib/idle.js";
import { decodeInt8, paintHeatmap } from "../charts/heatmap.js";

const BATCH_SIZE = 10;
/** The weights of ten million parameters take the server seconds. */
const TIMEOUT_MS = 60_000;

/** The weights of the first layer: one small heat map per neuron, which opens the neuron. */
export class WeightGallery {
  #box = byId("weights", HTMLElement);
  #onChoose;
  #url;
  #layers;
  /** @type {Map<number, string>} */
  #weights = new Map();
  /** @type {import("./diagram_state.js").Neuron | null} */
  #chosen = null;

  /**
   * @param {string} url of `weights.json`
   * @param {number[]} layers
   * @param {(neuron: import("./diagram_state.js").Neuron) => void} onChoose
   */
  constructor(url, layers, onChoose) {
    this.#url = url;
    this.#layers = layers;
    this.#onChoose = onChoose;
    if (layers.length === 2) byId("weights-title", HTMLElement).textContent = "Weights of the digits";
  }

  async start() {
    /** @type {{pictures: {neuron: number, weights: string}[]}} */
    const { pictures } = await fetchJson(this.#url, { timeoutMs: TIMEOUT_MS });
    this.#weights = new Map(pictures.map(({ neuron, weights }) => [neuron, weights]));
    const all = this.#layers[1] ?? 0;
    if (all > this.#weights.size) {
      byId("weights-text", HTMLElement).append(
        ` Shown are the ${this.#weights.size} of ${all} neurons with the largest outgoing weights.`,
      );
    }
    this.#box.replaceChildren(...[...this.#weights.keys()].map((neuron) => this.#button(neuron)));
    this.choose(this.#chosen);
    this.paint();
  }

  /** @param {import("./diagram_state.js").Neuron | null} neuron */
  choose(neuron) {
    this.#chosen = neuron;
    for (const button of this.#box.children) {
      const isChosen =
        neuron?.layer === 1 && /** @type {HTMLElement} */ (button).dataset.neuron === String(neuron.index);
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }

  /** Paints all heat maps in small batches, so that the page stays responsive. */
  paint(from = 0) {
    const buttons = [...this.#box.children].slice(from, from + BATCH_SIZE);
    buttons.forEach((button) => this.#paint(button));
    if (buttons.length) whenIdle(() => this.paint(from + BATCH_SIZE));
  }

  /** @param {Element} button */
  #paint(button) {
    const weights = this.#weights.get(Number(/** @type {HTMLElement} */ (button).dataset.neuron));
    const canvas = button.firstElementChild;
    if (weights && canvas instanceof HTMLCanvasElement) paintHeatmap(canvas, decodeInt8(weights), 127);
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
