import { fetchJson } from "../api.js";
import { onSchemeChange } from "../colours.js";
import { byId } from "../elements.js";
import { capitalised, errorNumber } from "../format.js";
import { NetworkPicture } from "./network_picture.js";
import { decodedWeights, paintWeights } from "./weight_picture.js";

/**
 * @typedef {import("./network_picture.js").Summary} Summary
 * @typedef {import("./network_picture.js").Neuron} Neuron
 */

const ROWS = 8;

/** The inside of one network: the picture, one neuron in words and numbers, and what the first layer looks for. */
class NetworkPage {
  #summary;
  #picture;
  /** @type {Map<number, Int8Array>} */
  #weights;
  /** @type {Neuron} */
  #neuron = { layer: 1, index: 0 };
  #layer = byId("layer", HTMLSelectElement);
  #index = byId("neuron", HTMLInputElement);
  #gallery = byId("weights", HTMLElement);

  /** @param {Summary} summary */
  constructor(summary) {
    this.#summary = summary;
    this.#picture = new NetworkPicture(byId("picture", HTMLCanvasElement), summary);
    this.#weights = new Map(summary.pictures.map(({ neuron, weights }) => [neuron, decodedWeights(weights)]));
  }

  start() {
    this.#picture.start();
    this.#picture.addEventListener("choose", (event) => this.#choose(/** @type {CustomEvent} */ (event).detail));
    byId("chooser", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
    this.#layer.addEventListener("change", () => this.#choose({ layer: Number(this.#layer.value), index: 0 }));
    this.#index.addEventListener("input", () => {
      const index = this.#index.valueAsNumber;
      const size = this.#summary.layers[Number(this.#layer.value)] ?? 0;
      if (Number.isInteger(index) && index >= 0 && index < size) this.#choose({ layer: Number(this.#layer.value), index });
    });
    onSchemeChange(() => this.#paintGallery());
    this.#fillGallery();
    this.#startWith({ layer: 1, index: strongestNeuron(this.#summary) });
  }

  /** @param {Neuron} neuron whose numbers stand there before one is chosen; the picture still shows all */
  #startWith(neuron) {
    this.#neuron = neuron;
    this.#index.value = String(neuron.index);
    this.#limitIndex();
    this.#showNeuron();
  }

  /** @param {Neuron} neuron */
  #choose(neuron) {
    this.#neuron = neuron;
    this.#layer.value = String(neuron.layer);
    this.#limitIndex();
    if (this.#index.valueAsNumber !== neuron.index) this.#index.value = String(neuron.index);
    this.#picture.choose(neuron);
    this.#showNeuron();
    for (const button of this.#gallery.children) {
      const isChosen = neuron.layer === 1 && /** @type {HTMLElement} */ (button).dataset.neuron === String(neuron.index);
      button.setAttribute("aria-pressed", String(isChosen));
    }
  }

  #limitIndex() {
    this.#index.max = String((this.#summary.layers[Number(this.#layer.value)] ?? 1) - 1);
  }

  #showNeuron() {
    const { layer, index } = this.#neuron;
    const bias = this.#summary.biases[layer - 1]?.[index];
    const weights = layer === 1 ? this.#weights.get(index) : undefined;
    const canvas = byId("neuron-picture", HTMLCanvasElement);
    canvas.hidden = !weights;
    if (weights) paintWeights(canvas, weights);
    const connections = strongestOf(this.#summary, this.#neuron);
    const none = connections.length ? "" : " None of its connections to other neurons is among the strongest.";
    byId("neuron-text", HTMLElement).textContent = `${capitalised(this.#nameOf(layer, index))}, bias ${errorNumber(bias)}.${none}`;
    const table = byId("neuron-table", HTMLTableElement);
    table.hidden = connections.length === 0;
    table.tBodies[0]?.replaceChildren(
      ...connections.map(({ from, to, weight }) => {
        const row = document.createElement("tr");
        const isOut = from.layer === layer;
        const other = isOut ? this.#nameOf(to.layer, to.index) : this.#nameOf(from.layer, from.index);
        row.insertCell().textContent = `${isOut ? "to" : "from"} ${other}`;
        const cell = row.insertCell();
        cell.className = "is-number";
        cell.textContent = `${weight > 0 ? "+" : "−"}${errorNumber(Math.abs(weight))}`;
        return row;
      }),
    );
  }

  /**
   * @param {number} layer
   * @param {number} index
   */
  #nameOf(layer, index) {
    const last = this.#summary.layers.length - 1;
    if (layer === last) return `digit ${index}`;
    return last > 2 ? `layer ${layer}, neuron ${index}` : `neuron ${index}`;
  }

  #fillGallery() {
    const all = this.#summary.layers[1] ?? 0;
    if (this.#summary.layers.length === 2) byId("weights-title", HTMLElement).textContent = "What each digit looks for";
    if (all > this.#weights.size) {
      byId("weights-text", HTMLElement).append(` Shown are the ${this.#weights.size} of ${all} that move the next layer most.`);
    }
    this.#gallery.replaceChildren(
      ...[...this.#weights.keys()].map((neuron) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.neuron = String(neuron);
        button.title = `Neuron ${neuron}`;
        button.setAttribute("aria-label", `Neuron ${neuron}`);
        button.setAttribute("aria-pressed", "false");
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 28;
        button.append(canvas);
        button.addEventListener("click", () => this.#choose({ layer: 1, index: neuron }));
        return button;
      }),
    );
    this.#paintGallery();
  }

  #paintGallery() {
    for (const button of this.#gallery.children) {
      const weights = this.#weights.get(Number(/** @type {HTMLElement} */ (button).dataset.neuron));
      const canvas = button.firstElementChild;
      if (weights && canvas instanceof HTMLCanvasElement) paintWeights(canvas, weights);
    }
  }
}

/**
 * The neuron of the first layer that moves the next one most.
 *
 * @param {Summary} summary
 * @returns {number}
 */
function strongestNeuron(summary) {
  const strengths = summary.strengths[0] ?? [];
  return Math.max(0, strengths.indexOf(Math.max(...strengths)));
}

/**
 * The strongest connections of a neuron with other neurons (not pixels), strongest first.
 *
 * @param {Summary} summary
 * @param {Neuron} neuron
 * @returns {{from: Neuron, to: Neuron, weight: number}[]}
 */
function strongestOf(summary, neuron) {
  const found = summary.connections.flatMap((connections, pair) =>
    connections.map(([source, target, weight]) => ({
      from: { layer: pair, index: source },
      to: { layer: pair + 1, index: target },
      weight,
    })),
  );
  return found
    .filter(({ from, to }) => from.layer > 0 && [from, to].some((end) => end.layer === neuron.layer && end.index === neuron.index))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, ROWS);
}

async function start() {
  const box = byId("network", HTMLElement);
  try {
    const summary = /** @type {Summary} */ (await fetchJson(box.dataset.url ?? ""));
    new NetworkPage(summary).start();
  } catch (error) {
    const trouble = byId("trouble", HTMLElement);
    trouble.textContent = error instanceof Error ? error.message : String(error);
    trouble.hidden = false;
  } finally {
    byId("wait", HTMLElement).hidden = true;
  }
}

start();
