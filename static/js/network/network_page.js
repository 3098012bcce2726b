import { fetchJson } from "../lib/api.js";
import { onSchemeChange } from "../lib/computed_style.js";
import { bringIntoView, byId, pageData } from "../lib/elements.js";
import { whenIdle } from "../lib/idle.js";
import { SnapshotPlayer } from "../snapshots/snapshot_player.js";
import { ActivationSummary, mostActive } from "./activation_summary.js";
import { WeightGallery } from "./weight_gallery.js";
import { InspectionPad } from "./inspection_pad.js";
import { nameOf, neuronIn } from "./neuron_names.js";
import { NeuronPanel } from "./neuron_panel.js";
import { NetworkDiagram } from "./network_diagram.js";
import { idleState, inspectedState } from "./diagram_state.js";
import { Tour } from "./tour.js";
import { tourSteps } from "./tour_steps.js";
import { AttributionPanel } from "./attribution_panel.js";

/** The summary of a network of ten million parameters takes the server seconds. */
const SUMMARY_TIMEOUT_MS = 60_000;

/**
 * @typedef {import("./diagram_state.js").Summary} Summary
 * @typedef {import("./diagram_state.js").Inspection} Inspection
 * @typedef {import("./diagram_state.js").Neuron} Neuron
 */

/** The page of a network's internals: the diagram, one neuron, the attribution, the weights and the snapshots. */
class NetworkPage {
  #summary;
  #diagram;
  #pad;
  #activity;
  #panel;
  #gallery;
  #attribution = new AttributionPanel();
  /** @type {SnapshotPlayer | null} null for a version without snapshots */
  #player = null;
  /** @type {Inspection | null} */
  #inspection = null;
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
    this.#diagram = new NetworkDiagram(frame, live, summary, idleState(summary, null));
    this.#pad = new InspectionPad(Number(data.version), () => this.#diagram.focus);
    const open = (/** @type {Neuron} */ neuron) => this.#open(neuron);
    this.#activity = new ActivationSummary(summary.layers, open);
    this.#panel = new NeuronPanel(data.neuronUrl ?? "", summary.layers, open);
    this.#gallery = new WeightGallery(data.weightsUrl ?? "", summary.layers, open);
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const [diagram, pad] = [this.#diagram, this.#pad];
    diagram.addEventListener("choose", (event) => this.#open(/** @type {CustomEvent} */ (event).detail), { signal });
    diagram.addEventListener("enter", () => byId("neuron-title", HTMLElement).focus(), { signal });
    diagram.addEventListener("point", (event) => this.#pointAt(/** @type {CustomEvent} */ (event).detail), { signal });
    pad.addEventListener("inspection", (event) => this.#show(/** @type {CustomEvent} */ (event).detail), { signal });
    pad.addEventListener("clear", () => this.#show(null), { signal });
    pad.addEventListener("failure", (event) => showError(/** @type {CustomEvent} */ (event).detail), { signal });
    diagram.start();
    pad.start();
    this.#listenToButtons(signal);
    addEventListener("popstate", () => this.#choose(neuronIn(location.search, this.#summary.layers)), { signal });
    onSchemeChange(() => [this.#gallery, this.#panel, this.#attribution].forEach((panel) => panel.paint()), signal);
    this.#choose(neuronIn(location.search, this.#summary.layers));
    this.#show(null);
    if (document.getElementById("learning")) this.#startPlayer();
    this.#startTour();
    // Two hundred heat maps, below the first screen.
    whenIdle(() => this.#gallery.start().catch((error) => showError(error.message)));
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#diagram.stop();
    this.#pad.stop();
    this.#player?.stop();
  }

  /** Settles after the first painting of the diagram. */
  get painted() {
    return this.#diagram.painted;
  }

  #startTour() {
    const show = {
      write: (/** @type {number} */ digit) => {
        if (this.#pad.isEmpty) this.#pad.write(digit);
      },
      openStrongest: () => {
        const [strongest] = mostActive(this.#inspection?.activations ?? null, 1);
        if (!this.#chosen) this.#open(strongest?.neuron ?? { layer: 1, index: 0 });
      },
      showEpoch: (/** @type {boolean} */ isFirst) => {
        const epoch = this.#player?.epochs.at(isFirst ? 0 : -1);
        if (epoch !== undefined) this.#player?.show(epoch, true);
      },
    };
    new Tour(() => tourSteps(this.#summary, show)).start();
  }

  /** Shows the snapshots of all epochs; the last one is the final network. */
  #startPlayer() {
    const player = (this.#player = new SnapshotPlayer(byId("learning", HTMLElement).dataset.base ?? ""));
    player.start();
    player.epochs = /** @type {number[]} */ (pageData("learning-epochs"));
    const last = player.epochs.at(-1) ?? 0;
    const requested = Number(new URLSearchParams(location.search).get("epoch") ?? last);
    player.addEventListener("frame", (event) => {
      const frame = /** @type {import("../snapshots/snapshot_player.js").Frame} */ (
        /** @type {CustomEvent} */ (event).detail
      );
      this.#selectSnapshot(frame.epoch === last ? null : frame.epoch, frame.has_network);
    });
    player.show(
      player.epochs.includes(requested) ? requested : last,
      player.epochs.includes(requested) && requested !== last,
    );
  }

  /**
   * @param {number | null} epoch null for the final network
   * @param {boolean} hasNetwork whether the snapshot can make predictions
   */
  #selectSnapshot(epoch, hasNetwork) {
    const query = new URLSearchParams(location.search);
    if (epoch === null) query.delete("epoch");
    else query.set("epoch", String(epoch));
    history.replaceState(null, "", `?${query}`);
    const badge = byId("as-of", HTMLElement);
    badge.hidden = epoch === null || !hasNetwork;
    badge.textContent = epoch === 0 ? "Before training" : `Snapshot after epoch ${epoch}`;
    if (hasNetwork) this.#pad.epoch = epoch;
  }

  /** @param {AbortSignal} signal */
  #listenToButtons(signal) {
    byId("zoom-in", HTMLButtonElement).addEventListener("click", () => this.#diagram.zoom(2), { signal });
    byId("zoom-out", HTMLButtonElement).addEventListener("click", () => this.#diagram.zoom(-2), { signal });
    byId("zoom-all", HTMLButtonElement).addEventListener("click", () => this.#diagram.showAll(), { signal });
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

  /** @param {Inspection | null} inspection null without a drawing */
  #show(inspection) {
    this.#inspection = inspection;
    if (inspection) byId("trouble", HTMLElement).hidden = true;
    this.#diagram.show(
      inspection ? inspectedState(this.#summary, inspection) : idleState(this.#summary, this.#diagram.focus),
    );
    this.#activity.show(inspection);
    if (!inspection || inspection.inside.why) this.#attribution.show(inspection?.inside.why ?? null);
    else this.#attribution.markStale();
    this.#showActivation();
  }

  /**
   * Chooses a neuron and writes it into the URL.
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
    // Scrolls only for the first neuron; later the scroll position stays.
    if (wasClosed) bringIntoView(byId("neuron-card", HTMLElement), "nearest");
    byId("spoken", HTMLElement).textContent = `${nameOf(this.#summary.layers, neuron)} is shown below the diagram.`;
  }

  /** @param {Neuron | null} neuron */
  #choose(neuron) {
    this.#chosen = neuron;
    this.#diagram.choose(neuron);
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
    byId("pointed", HTMLElement).textContent = neuron ? this.#textFor(neuron) : "";
    this.#refocus();
  }

  /** Shows the connections of the focused neuron; with a drawing they are requested from the server. */
  #refocus() {
    if (this.#inspection) this.#pad.requestPrediction();
    else this.#diagram.show(idleState(this.#summary, this.#diagram.focus));
  }

  /** @param {Neuron} neuron */
  #textFor(neuron) {
    const value = this.#valueOf(neuron);
    const name = nameOf(this.#summary.layers, neuron);
    return value === null ? name : `${name}: ${value.toPrecision(3)}`;
  }

  /** @param {Neuron} neuron */
  #valueOf({ layer, index }) {
    return this.#inspection?.activations[layer]?.[index] ?? null;
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
    const summary = /** @type {Summary} */ (await fetchJson(box.dataset.url ?? "", { timeoutMs: SUMMARY_TIMEOUT_MS }));
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
