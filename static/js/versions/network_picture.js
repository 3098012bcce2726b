import { colour, onSchemeChange } from "../colours.js";
import { neuronAt, placeLayers } from "./network_layout.js";

/**
 * What `network.json` says; see `network_summary.py`.
 *
 * @typedef {[source: number, target: number, weight: number]} Connection
 * @typedef {{layers: number[], activation: string, output: string, strengths: number[][], biases: number[][],
 *   connections: Connection[][], pictures: {neuron: number, weights: string}[]}} Summary
 * @typedef {{layer: number, index: number}} Neuron
 */

const LINES_AT_REST = 420;

/**
 * All neurons of a network and its strongest connections; those of one neuron when it is pointed at or chosen.
 *
 * Dispatches `choose` (detail: a Neuron) when one is clicked.
 */
export class NetworkPicture extends EventTarget {
  #canvas;
  #context;
  #summary;
  /** @type {import("./network_layout.js").LayerPlace[]} */
  #places = [];
  /** @type {Neuron | null} */
  #pointed = null;
  /** @type {Neuron | null} */
  #chosen = null;
  #observer;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Summary} summary
   */
  constructor(canvas, summary) {
    super();
    const context = canvas.getContext("2d");
    if (!context) throw new TypeError("this browser cannot draw");
    this.#canvas = canvas;
    this.#context = context;
    this.#summary = summary;
    this.#observer = new ResizeObserver(() => this.#resize());
  }

  start() {
    this.#observer.observe(this.#canvas);
    this.#canvas.addEventListener("pointermove", this.#onMove);
    this.#canvas.addEventListener("pointerleave", this.#onLeave);
    this.#canvas.addEventListener("click", this.#onClick);
    onSchemeChange(() => this.#paint());
    this.#resize();
  }

  stop() {
    this.#observer.disconnect();
    this.#canvas.removeEventListener("pointermove", this.#onMove);
    this.#canvas.removeEventListener("pointerleave", this.#onLeave);
    this.#canvas.removeEventListener("click", this.#onClick);
  }

  /** @param {Neuron | null} neuron */
  choose(neuron) {
    this.#chosen = neuron;
    this.#paint();
  }

  /** @param {PointerEvent} event */
  #onMove = (event) => {
    const neuron = neuronAt(this.#places, event.offsetX, event.offsetY);
    if (neuron?.layer === this.#pointed?.layer && neuron?.index === this.#pointed?.index) return;
    this.#pointed = neuron;
    this.#canvas.style.cursor = neuron ? "pointer" : "";
    this.#paint();
  };

  #onLeave = () => {
    this.#pointed = null;
    this.#paint();
  };

  /** @param {MouseEvent} event */
  #onClick = (event) => {
    const neuron = neuronAt(this.#places, event.offsetX, event.offsetY);
    if (neuron) this.dispatchEvent(new CustomEvent("choose", { detail: neuron }));
  };

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#places = placeLayers(this.#summary.layers, width, height);
    this.#paint();
  }

  #paint() {
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#canvas.clientWidth, this.#canvas.clientHeight);
    const neuron = this.#pointed ?? this.#chosen;
    this.#summary.connections.forEach((connections, pair) => {
      if (!neuron) this.#paintLines(connections.slice(0, LINES_AT_REST), pair, 0.45);
      else this.#paintLines(connections.filter((one) => belongs(one, pair, neuron)), pair, 0.9);
    });
    this.#places.forEach((place, layer) => (place.isPixels ? this.#paintPixels(place) : this.#paintNeurons(place, layer)));
    if (neuron) this.#paintRing(neuron);
  }

  /**
   * @param {Connection[]} connections strongest first
   * @param {number} pair
   * @param {number} opacity of the strongest
   */
  #paintLines(connections, pair, opacity) {
    const [from, to] = [this.#places[pair], this.#places[pair + 1]];
    const strongest = Math.abs(connections[0]?.[2] ?? 1) || 1;
    if (!from || !to) return;
    const context = this.#context;
    const [positive, negative] = [colour("--positive"), colour("--negative")];
    // The strongest last: on top.
    for (const [source, target, weight] of connections.slice().reverse()) {
      const share = Math.abs(weight) / strongest;
      context.globalAlpha = opacity * (0.15 + 0.85 * share * share);
      context.strokeStyle = weight > 0 ? positive : negative;
      context.lineWidth = 0.5 + 1.6 * share;
      context.beginPath();
      context.moveTo(from.x[source] ?? 0, from.y[source] ?? 0);
      context.lineTo(to.x[target] ?? 0, to.y[target] ?? 0);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** @param {import("./network_layout.js").LayerPlace} place */
  #paintPixels(place) {
    const context = this.#context;
    const side = place.radius * 2;
    const [left, top] = [(place.x[0] ?? 0) - place.radius, (place.y[0] ?? 0) - place.radius];
    context.strokeStyle = colour("--line-strong");
    context.lineWidth = 1;
    context.strokeRect(left, top, side * 28, side * 28);
    context.fillStyle = colour("--muted");
    context.globalAlpha = 0.35;
    for (let index = 0; index < place.x.length; index += 1) {
      context.fillRect((place.x[index] ?? 0) - 0.6, (place.y[index] ?? 0) - 0.6, 1.2, 1.2);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {import("./network_layout.js").LayerPlace} place
   * @param {number} layer
   */
  #paintNeurons(place, layer) {
    const context = this.#context;
    const strengths = this.#summary.strengths[layer - 1] ?? [];
    const strongest = Math.max(...strengths) || 1;
    const isOutput = layer === this.#places.length - 1;
    const [accent, surface, line] = [colour("--accent"), colour("--surface"), colour("--line-strong")];
    context.font = `600 ${Math.min(15, place.radius * 1.25)}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let index = 0; index < place.x.length; index += 1) {
      const [x, y] = [place.x[index] ?? 0, place.y[index] ?? 0];
      context.beginPath();
      context.arc(x, y, Math.max(place.radius, 0.8), 0, 2 * Math.PI);
      context.fillStyle = surface;
      context.fill();
      if (isOutput) {
        context.strokeStyle = accent;
        context.lineWidth = 1.5;
        context.stroke();
        context.fillStyle = colour("--text");
        context.fillText(String(index), x, y + 0.5);
        continue;
      }
      context.globalAlpha = 0.08 + 0.92 * ((strengths[index] ?? 0) / strongest) ** 2;
      context.fillStyle = accent;
      context.fill();
      context.globalAlpha = 0.5;
      context.strokeStyle = line;
      context.lineWidth = 0.6;
      context.stroke();
      context.globalAlpha = 1;
    }
  }

  /** @param {Neuron} neuron */
  #paintRing(neuron) {
    const place = this.#places[neuron.layer];
    if (!place) return;
    const context = this.#context;
    context.strokeStyle = colour("--text");
    context.lineWidth = 2;
    context.beginPath();
    context.arc(place.x[neuron.index] ?? 0, place.y[neuron.index] ?? 0, place.radius + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

/**
 * @param {Connection} connection
 * @param {number} pair
 * @param {Neuron} neuron
 */
function belongs(connection, pair, neuron) {
  return (neuron.layer === pair && connection[0] === neuron.index) || (neuron.layer === pair + 1 && connection[1] === neuron.index);
}
