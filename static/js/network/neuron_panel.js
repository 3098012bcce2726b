import { fetchJson } from "../lib/api.js";
import { byId } from "../lib/elements.js";
import { capitalised, errorNumber, rangeText } from "../lib/format.js";
import { paintHistogram } from "../charts/histogram.js";
import { nameOf } from "./neuron_names.js";
import { decodeFloat32, paintHeatmap } from "../charts/heatmap.js";

/** Activations for thousands of test images are computed for the answer. */
const TIMEOUT_MS = 60_000;

/**
 * The content of `network/<layer>/<neuron>.json`.
 *
 * @typedef {{layer: number, neuron: number, bias: number, weights: string, is_projected: boolean,
 *   incoming: [number, number][], outgoing: [number, number][], means: (number | null)[], sentence: string,
 *   histogram: import("../charts/histogram.js").Histogram, images: {label: number, activation: number, pixels: string}[],
 *   count: number, source: string}} Details
 * @typedef {import("./diagram_state.js").Neuron} Neuron
 */

/** One neuron: its weights, its activations for test images, its incoming and outgoing weights. */
export class NeuronPanel {
  #url;
  #layers;
  #onChoose;
  #box = byId("neuron-panel", HTMLElement);
  /** @type {Details | null} */
  #details = null;
  /** @type {number | null} its activation for the drawing */
  #activation = null;
  /** @type {AbortController | null} */
  #request = null;

  /**
   * @param {string} url of layer 0, neuron 0; the numbers are replaced
   * @param {number[]} layers
   * @param {(neuron: Neuron) => void} onChoose
   */
  constructor(url, layers, onChoose) {
    this.#url = url;
    this.#layers = layers;
    this.#onChoose = onChoose;
  }

  /** @param {Neuron | null} neuron null closes the panel */
  async show(neuron) {
    this.#request?.abort();
    byId("neuron-empty", HTMLElement).hidden = neuron !== null;
    this.#box.hidden = neuron === null;
    byId("neuron-title", HTMLElement).textContent = neuron ? capitalised(nameOf(this.#layers, neuron)) : "One neuron";
    if (!neuron) return;
    const request = (this.#request = new AbortController());
    this.#box.setAttribute("aria-busy", "true");
    try {
      const url = this.#url.replace("0/0.json", `${neuron.layer}/${neuron.index}.json`);
      const details = await fetchJson(url, { signal: request.signal, timeoutMs: TIMEOUT_MS });
      if (request.signal.aborted) return;
      this.#details = details;
      this.#fill(details);
    } catch (error) {
      if (request.signal.aborted) return;
      byId("neuron-sentence", HTMLElement).textContent = error instanceof Error ? error.message : String(error);
    }
    this.#box.removeAttribute("aria-busy");
  }

  /** @param {number | null} activation null without a drawing */
  setActivation(activation) {
    this.#activation = activation;
    byId("neuron-now", HTMLElement).textContent = activation === null ? "" : `Now: ${errorNumber(activation)}`;
    this.#paintHistogram();
  }

  paint() {
    if (!this.#details) return;
    paintHeatmap(byId("neuron-weights", HTMLCanvasElement), decodeFloat32(this.#details.weights));
    this.#paintHistogram();
  }

  /** @param {Details} details */
  #fill(details) {
    const isDigit = details.layer === this.#layers.length - 1;
    byId("neuron-caption", HTMLElement).textContent = details.is_projected
      ? "Its weights, projected back to the pixels through the previous layers without their activation functions."
      : "Its 784 weights at the positions of their pixels. Ink on blue raises its activation, ink on orange lowers it.";
    byId("neuron-sentence", HTMLElement).textContent = `${details.sentence} Bias ${errorNumber(details.bias)}.`;
    byId("histogram-text", HTMLElement).textContent =
      `${isDigit ? "Output" : "Activation"} ${rangeText(details.histogram.low, details.histogram.high)} over ${details.count.toLocaleString()} ${details.source}; square-root scale.`;
    this.#fillMeans(details.means);
    this.#fillImages(details);
    this.#fillTable("incoming", details.incoming, details.layer - 1);
    this.#fillTable("outgoing", details.outgoing, details.layer + 1);
    this.setActivation(this.#activation);
    this.paint();
  }

  #paintHistogram() {
    if (!this.#details || this.#box.hidden) return;
    paintHistogram(byId("neuron-histogram", HTMLCanvasElement), this.#details.histogram, { mark: this.#activation });
  }

  /** @param {(number | null)[]} means per digit */
  #fillMeans(means) {
    const known = means.map((mean) => mean ?? 0);
    const [low, high] = [Math.min(0, ...known), Math.max(...known, 1e-9)];
    const list = byId("neuron-means", HTMLElement);
    list.replaceChildren(
      ...means.map((mean, digit) => {
        const item = document.createElement("li");
        const fill = document.createElement("span");
        fill.className = "means__fill";
        fill.style.height = `${(100 * ((mean ?? 0) - low)) / (high - low || 1)}%`;
        const track = document.createElement("span");
        track.className = "means__track";
        track.append(fill);
        item.append(track, String(digit));
        item.title = `${errorNumber(mean)} on average for images of ${digit}`;
        return item;
      }),
    );
  }

  /** @param {Details} details */
  #fillImages({ images, source }) {
    byId("images-title", HTMLElement).textContent = `Top activating images, of ${source}`;
    byId("neuron-images", HTMLElement).replaceChildren(
      ...images.map(({ label, activation, pixels }) => {
        const figure = document.createElement("li");
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 28;
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", `A ${label}, activation ${errorNumber(activation)}`);
        figure.title = `A ${label}, activation ${errorNumber(activation)}`;
        paintGrey(canvas, pixels);
        figure.append(canvas);
        return figure;
      }),
    );
  }

  /**
   * @param {"incoming" | "outgoing"} name
   * @param {[number, number][]} connections
   * @param {number} layer of the other end
   */
  #fillTable(name, connections, layer) {
    const table = byId(`neuron-${name}`, HTMLTableElement);
    table.hidden = connections.length === 0;
    table.tBodies[0]?.replaceChildren(
      ...connections.map(([index, weight]) => {
        const row = document.createElement("tr");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "link";
        button.textContent = nameOf(this.#layers, { layer, index });
        button.addEventListener("click", () => this.#onChoose({ layer, index }));
        row.insertCell().append(button);
        const cell = row.insertCell();
        cell.className = `is-number ${weight > 0 ? "is-positive" : "is-negative"}`;
        cell.textContent = `${weight > 0 ? "+" : "−"}${errorNumber(Math.abs(weight))}`;
        return row;
      }),
    );
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} base64 of 784 bytes, ink 255
 */
function paintGrey(canvas, base64) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(28, 28);
  const bytes = atob(base64);
  for (let index = 0; index < 784; index += 1) {
    const value = bytes.charCodeAt(index);
    image.data.set([value, value, value, 255], 4 * index);
  }
  context.putImageData(image, 0, 0);
}
