import { fetchJson } from "../lib/api.js";
import { onSchemeChange } from "../lib/computed_style.js";
import { byId } from "../lib/elements.js";
import { whenIdle } from "../lib/idle.js";
import { rangeText } from "../lib/format.js";
import { paintHistogram } from "../charts/histogram.js";
import { decodeInt8, paintHeatmap } from "../charts/heatmap.js";

/**
 * The content of `learning/<epoch>.json`: the snapshot of one epoch.
 *
 * @typedef {import("../charts/histogram.js").Histogram} Histogram
 * @typedef {{epoch: number, pictures: {neuron: number, weights: string}[], weights: Histogram[], gradients: Histogram[],
 *   has_network: boolean}} Frame
 */

const PLAY_MS = 450;

/**
 * Plays the snapshots of a training: weights and histograms of one epoch, with a slider for the epochs.
 *
 * Dispatches `frame` (detail: a Frame) when the user has chosen another epoch, `selected` (an epoch) whenever
 * one is shown, and `epochs` (a list) when there are others.
 */
export class SnapshotPlayer extends EventTarget {
  #base;
  #fetchJson;
  #slider = byId("learning-slider", HTMLInputElement);
  #button = byId("learning-play", HTMLButtonElement);
  /** @type {number[]} */
  #epochs = [];
  /** @type {Map<number, Promise<Frame>>} */
  #frames = new Map();
  /** @type {Frame | null} */
  #shown = null;
  #selected = -1;
  /** @type {any} */
  #timer = null;
  /** @type {AbortController | null} removes the listeners; null while the player is stopped */
  #listening = null;

  /**
   * @param {string} base address of the snapshots, ending in a slash
   * @param {(url: string) => Promise<any>} [fetch]
   */
  constructor(base, fetch = fetchJson) {
    super();
    this.#base = base;
    this.#fetchJson = fetch;
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#slider.addEventListener("input", () => this.#onSlide(), { signal });
    this.#button.addEventListener("click", () => (this.#timer === null ? this.#play() : this.#pause()), { signal });
    onSchemeChange(() => this.#paint(), signal);
  }

  stop() {
    this.#pause();
    this.#listening?.abort();
    this.#listening = null;
  }

  #onSlide() {
    this.#pause();
    this.show(this.#epochs[this.#slider.valueAsNumber] ?? 0, true);
  }

  /** Whether the newest epoch is selected. */
  get isAtEnd() {
    return this.#epochs.length === 0 || this.#selected === this.#epochs.at(-1);
  }

  /** The address of the list of epochs. */
  get list() {
    return this.#base.replace(/\/$/, ".json");
  }

  set base(/** @type {string} */ base) {
    this.#base = base;
  }

  get epochs() {
    return this.#epochs;
  }

  /** @param {number[]} epochs with a snapshot, in order */
  set epochs(epochs) {
    this.#epochs = epochs;
    this.#slider.max = String(Math.max(0, epochs.length - 1));
    byId("learning-body", HTMLElement).hidden = epochs.length === 0;
    byId("learning-empty", HTMLElement).hidden = epochs.length > 0;
    const index = epochs.indexOf(this.#selected);
    if (index >= 0) this.#slider.value = String(index);
    this.dispatchEvent(new CustomEvent("epochs", { detail: epochs }));
  }

  /**
   * @param {number} epoch
   * @param {boolean} [isChosen] whether the user has chosen it
   */
  async show(epoch, isChosen = false) {
    this.#selected = epoch;
    this.#slider.value = String(Math.max(0, this.#epochs.indexOf(epoch)));
    this.#slider.setAttribute("aria-valuetext", epochText(epoch));
    byId("learning-epoch", HTMLOutputElement).value = epochText(epoch);
    this.dispatchEvent(new CustomEvent("selected", { detail: epoch }));
    const frame = await this.#frame(epoch);
    // Another epoch may have been selected in the meantime.
    if (!frame || this.#selected !== epoch) return;
    const isFirst = this.#shown === null;
    this.#shown = frame;
    if (isFirst) this.#paintWhenIdle();
    else this.#paint();
    if (isChosen) this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  /** @param {number} epoch */
  async #frame(epoch) {
    const request = this.#frames.get(epoch) ?? this.#fetchJson(`${this.#base}${epoch}.json`);
    this.#frames.set(epoch, request);
    const frame = await request.catch(() => null);
    // Deleted by the thinning of snapshots, or moved to the published version: the list of epochs is fetched again.
    if (frame === null) this.#frames.delete(epoch);
    return frame;
  }

  #play() {
    let index = this.isAtEnd ? -1 : this.#slider.valueAsNumber;
    this.#button.textContent = "Pause";
    this.#button.setAttribute("aria-pressed", "true");
    const step = async () => {
      index += 1;
      const epoch = this.#epochs[index];
      if (epoch === undefined) this.#pause();
      else {
        await this.show(epoch, true);
        if (this.#timer !== null) this.#timer = setTimeout(step, PLAY_MS);
      }
    };
    this.#timer = setTimeout(step, 0);
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#button.textContent = "Play";
    this.#button.setAttribute("aria-pressed", "false");
  }

  #paint() {
    const frame = this.#shown;
    if (!frame) return;
    this.#paintPictures(frame);
    this.#paintLayers(frame);
  }

  /** Paints the first snapshot in two parts, so that the page stays responsive while it loads. */
  #paintWhenIdle() {
    whenIdle(() => {
      if (this.#shown) this.#paintPictures(this.#shown);
      whenIdle(() => {
        if (this.#shown) this.#paintLayers(this.#shown);
      });
    });
  }

  /** @param {Frame} frame */
  #paintPictures(frame) {
    const box = byId("learning-pictures", HTMLElement);
    while (box.children.length < frame.pictures.length) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 28;
      canvas.setAttribute("role", "img");
      box.append(canvas);
    }
    frame.pictures.forEach(({ neuron, weights }, index) => {
      const canvas = /** @type {HTMLCanvasElement} */ (box.children[index]);
      canvas.title = `Neuron ${neuron}`;
      canvas.setAttribute("aria-label", `Weights of neuron ${neuron}`);
      paintHeatmap(canvas, decodeInt8(weights), 127);
    });
  }

  /** @param {Frame} frame */
  #paintLayers(frame) {
    const box = byId("learning-layers", HTMLElement);
    while (box.children.length < frame.weights.length) box.append(layerBox(box.children.length + 1));
    frame.weights.forEach((weights, layer) => {
      const [left, right] = box.children[layer]?.querySelectorAll("figure") ?? [];
      if (left) paintFigure(left, weights, "--accent");
      if (right) paintFigure(right, frame.gradients[layer] ?? weights, "--train");
    });
  }
}

/** @param {number} epoch */
function epochText(epoch) {
  return epoch === 0 ? "Before training" : `Epoch ${epoch}`;
}

/** @param {number} layer */
function layerBox(layer) {
  const box = document.createElement("div");
  box.className = "learning__layer";
  for (const name of ["Weights", "Gradients"]) {
    const figure = document.createElement("figure");
    const title = document.createElement("h3");
    title.textContent = `${name} of layer ${layer}`;
    const canvas = document.createElement("canvas");
    canvas.className = "histogram";
    canvas.setAttribute("role", "img");
    const caption = document.createElement("figcaption");
    caption.className = "small muted numbers";
    figure.append(title, canvas, caption);
    box.append(figure);
  }
  return box;
}

/**
 * @param {HTMLElement} figure
 * @param {Histogram} histogram
 * @param {string} tone
 */
function paintFigure(figure, histogram, tone) {
  const [canvas, caption] = [figure.querySelector("canvas"), figure.querySelector("figcaption")];
  if (!canvas || !caption) return;
  paintHistogram(canvas, histogram, { tone });
  caption.textContent = rangeText(histogram.low, histogram.high);
  canvas.setAttribute("aria-label", caption.textContent);
}
