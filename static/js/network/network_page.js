import { fetchJson } from "../lib/api.js";
import { onSchemeChange } from "../lib/colours.js";
import { bringIntoView, byId, pageData } from "../lib/elements.js";
import { whenIdle } from "../lib/idle.js";
import { SnapshotPlayer } from "../snapshots/snapshot_player.js";
import { ActivationSummary, mostActive } from "./activation_summary.js";
import { WeightGallery } from "./weight_gallery.js";
import { Ink } from "./inspection_pad.js";
import { nameOf, neuronIn } from "./neuron_names.js";
import { NeuronPanel } from "./neuron_panel.js";
import { NetworkDiagram } from "./network_diagram.js";
import { idleState, inspectedState } from "./diagram_state.js";
import { Tour } from "./tour.js";
import { tourSteps } from "./tour_steps.js";
import { AttributionPanel } from "./attribution_panel.js";

/**
 * @typedef {import("./diagram_state.js").Summary} Summary
 * @typedef {import("./diagram_state.js").Reading} Reading
 * @typedef {import("./diagram_state.js").Neuron} Neuron
 */

/** The inside of one network while one draws: the picture, one neuron, and why it answers what it answers. */
class NetworkPage {
  #summary;
  #picture;
  #ink;
  #activity;
  #panel;
  #gallery;
  #why = new AttributionPanel();
  /** @type {SnapshotPlayer | null} of a version that was trained here */
  #film = null;
  /** @type {Reading | null} */
  #reading = null;
  /** @type {Neuron | null} */
  #chosen = null;
  #layer = byId("layer", HTMLSelectElement);
  #index = byId("neuron", HTMLInputElement);
  /** @type {AbortController | null} removes the listeners; null while the page is stopped */
  #listening = null;

  /**
   * @param {Summary} summary
   * @param {DOMStringMap} data of the page's frame
   */
  constructor(summary, data) {
    this.#summary = summary;
    const [frame, live] = [byId("picture", HTMLCanvasElement), byId("picture-live", HTMLCanvasElement)];
    this.#picture = new NetworkDiagram(frame, live, summary, idleState(summary, null));
    this.#ink = new Ink(Number(data.version), () => this.#picture.focus);
    const open = (/** @type {Neuron} */ neuron) => this.#open(neuron);
    this.#activity = new ActivationSummary(summary.layers, open);
    this.#panel = new NeuronPanel(data.neuronUrl ?? "", summary.layers, open);
    this.#gallery = new WeightGallery(summary, open);
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const [diagram, pad] = [this.#picture, this.#ink];
    diagram.addEventListener("choose", (event) => this.#open(/** @type {CustomEvent} */ (event).detail), { signal });
    diagram.addEventListener("enter", () => byId("neuron-title", HTMLElement).focus(), { signal });
    diagram.addEventListener("point", (event) => this.#pointAt(/** @type {CustomEvent} */ (event).detail), { signal });
    pad.addEventListener("reading", (event) => this.#show(/** @type {CustomEvent} */ (event).detail), { signal });
    pad.addEventListener("clear", () => this.#show(null), { signal });
    pad.addEventListener("failure", (event) => showError(/** @type {CustomEvent} */ (event).detail), { signal });
    diagram.start();
    pad.start();
    this.#listenToButtons(signal);
    addEventListener("popstate", () => this.#choose(neuronIn(location.search, this.#summary.layers)), { signal });
    onSchemeChange(() => [this.#gallery, this.#panel, this.#why].forEach((panel) => panel.paint()), signal);
    this.#choose(neuronIn(location.search, this.#summary.layers));
    this.#show(null);
    if (document.getElementById("learning")) this.#startFilm();
    this.#startTour();
    // Two hundred small pictures, below what is seen first.
    whenIdle(() => this.#gallery.start());
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#picture.stop();
    this.#ink.stop();
    this.#film?.stop();
  }

  /** Settles once the network is to be seen. */
  get painted() {
    return this.#picture.painted;
  }

  #startTour() {
    const show = {
      write: (/** @type {number} */ digit) => {
        if (this.#ink.isEmpty) this.#ink.write(digit);
      },
      openStrongest: () => {
        const [strongest] = mostActive(this.#reading?.activations ?? null, 1);
        if (!this.#chosen) this.#open(strongest?.neuron ?? { layer: 1, index: 0 });
      },
      showEpoch: (/** @type {boolean} */ isFirst) => {
        const epoch = this.#film?.epochs.at(isFirst ? 0 : -1);
        if (epoch !== undefined) this.#film?.show(epoch, true);
      },
    };
    new Tour(() => tourSteps(this.#summary, show)).start();
  }

  /** Epoch by epoch, the same drawing; the last is the finished network itself. */
  #startFilm() {
    const film = (this.#film = new SnapshotPlayer(byId("learning", HTMLElement).dataset.base ?? ""));
    film.start();
    film.epochs = /** @type {number[]} */ (pageData("learning-epochs"));
    const last = film.epochs.at(-1) ?? 0;
    const asked = Number(new URLSearchParams(location.search).get("epoch") ?? last);
    film.addEventListener("frame", (event) => {
      const frame = /** @type {import("../snapshots/snapshot_player.js").Frame} */ (
        /** @type {CustomEvent} */ (event).detail
      );
      this.#goBackTo(frame.epoch === last ? null : frame.epoch, frame.has_network);
    });
    film.show(film.epochs.includes(asked) ? asked : last, film.epochs.includes(asked) && asked !== last);
  }

  /**
   * @param {number | null} epoch null: the finished network
   * @param {boolean} hasNetwork whether a drawing can be put to it
   */
  #goBackTo(epoch, hasNetwork) {
    const query = new URLSearchParams(location.search);
    if (epoch === null) query.delete("epoch");
    else query.set("epoch", String(epoch));
    history.replaceState(null, "", `?${query}`);
    const badge = byId("as-of", HTMLElement);
    badge.hidden = epoch === null || !hasNetwork;
    badge.textContent = epoch === 0 ? "Before it learned" : `As it was after epoch ${epoch}`;
    if (hasNetwork) this.#ink.epoch = epoch;
  }

  /** @param {AbortSignal} signal */
  #listenToButtons(signal) {
    byId("zoom-in", HTMLButtonElement).addEventListener("click", () => this.#picture.zoom(2), { signal });
    byId("zoom-out", HTMLButtonElement).addEventListener("click", () => this.#picture.zoom(-2), { signal });
    byId("zoom-all", HTMLButtonElement).addEventListener("click", () => this.#picture.showAll(), { signal });
    byId("chooser", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.#layer.addEventListener("change", () => this.#open({ layer: Number(this.#layer.value), index: 0 }), {
      signal,
    });
    this.#index.addEventListener("input", () => this.#onIndex(), { signal });
  }

  #onIndex() {
    const [layer, index] = [Number(this.#layer.value), this.#index.valueAsNumber];
    const exists = Number.isInteger(index) && index >= 0 && index < (this.#summary.layers[layer] ?? 0);
    byId("neuron-none", HTMLElement).hidden = exists || Number.isNaN(index);
    if (exists) this.#open({ layer, index });
  }

  /** @param {Reading | null} reading null: nothing is drawn */
  #show(reading) {
    this.#reading = reading;
    if (reading) byId("trouble", HTMLElement).hidden = true;
    this.#picture.show(
      reading ? inspectedState(this.#summary, reading) : idleState(this.#summary, this.#picture.focus),
    );
    this.#activity.show(reading);
    if (!reading || reading.inside.why) this.#why.show(reading?.inside.why ?? null);
    else this.#why.age();
    this.#showActivation();
  }

  /**
   * Makes a neuron the chosen one, as an address of its own.
   *
   * @param {Neuron} neuron
   */
  #open(neuron) {
    const query = new URLSearchParams(location.search);
    query.set("layer", String(neuron.layer));
    query.set("neuron", String(neuron.index));
    if (`?${query}` !== location.search) history.pushState(null, "", `?${query}`);
    const wasClosed = byId("neuron-panel", HTMLElement).hidden;
    this.#choose(neuron);
    // The first time one has to learn where it is; later the picture should stay where one looks at it.
    if (wasClosed) bringIntoView(byId("neuron-card", HTMLElement), "nearest");
    byId("spoken", HTMLElement).textContent = `${nameOf(this.#summary.layers, neuron)} is shown under the picture.`;
  }

  /** @param {Neuron | null} neuron */
  #choose(neuron) {
    this.#chosen = neuron;
    this.#picture.choose(neuron);
    this.#gallery.choose(neuron);
    this.#panel.show(neuron);
    this.#showActivation();
    if (neuron) {
      this.#layer.value = String(neuron.layer);
      if (this.#index.valueAsNumber !== neuron.index) this.#index.value = String(neuron.index);
      byId("neuron-none", HTMLElement).hidden = true;
    }
    this.#index.max = String((this.#summary.layers[Number(this.#layer.value)] ?? 1) - 1);
    this.#refocus();
  }

  /** @param {Neuron | null} neuron */
  #pointAt(neuron) {
    byId("pointed", HTMLElement).textContent = neuron ? this.#wordsFor(neuron) : "";
    this.#refocus();
  }

  /** Shows the connections of the neuron in focus: at once at rest, as the server tells them while something is drawn. */
  #refocus() {
    if (this.#reading) this.#ink.ask();
    else this.#picture.show(idleState(this.#summary, this.#picture.focus));
  }

  /** @param {Neuron} neuron */
  #wordsFor(neuron) {
    const value = this.#valueOf(neuron);
    const name = nameOf(this.#summary.layers, neuron);
    return value === null ? name : `${name}: ${value.toPrecision(3)}`;
  }

  /** @param {Neuron} neuron */
  #valueOf({ layer, index }) {
    return this.#reading?.activations[layer]?.[index] ?? null;
  }

  #showActivation() {
    this.#panel.setActivation(this.#chosen && this.#valueOf(this.#chosen));
  }
}

/** @param {string} sentence */
function showError(sentence) {
  const trouble = byId("trouble", HTMLElement);
  trouble.textContent = sentence;
  trouble.hidden = false;
}

async function start() {
  const box = byId("network", HTMLElement);
  try {
    const summary = /** @type {Summary} */ (await fetchJson(box.dataset.url ?? ""));
    const page = new NetworkPage(summary, box.dataset);
    page.start();
    await page.painted;
    box.dataset.ready = "true";
  } catch (error) {
    showError(error instanceof Error ? error.message : String(error));
  } finally {
    byId("wait", HTMLElement).hidden = true;
  }
}

start();
