import { colour, onSchemeChange } from "../lib/computed_style.js";
import { ZoomGestures } from "./zoom_gestures.js";
import { paintFrame } from "./outline_rendering.js";
import { isAcross, neuronAt, neuronBeside, placeLayers, STEPS } from "./layout.js";
import { paintConnections, paintInput, paintNeurons, paintOutputs, paintRing } from "./activation_rendering.js";
import { showing } from "./viewport.js";

/**
 * @typedef {{layer: number, index: number}} Neuron
 * @typedef {import("./diagram_state.js").Inspection} Inspection
 */

/**
 * The whole network on two canvases: the static parts (outlines, captions) and those that depend on a drawing (ink,
 * connections, activations).
 *
 * Dispatches `point` (detail: a Neuron or null) when the pointer or an arrow key reaches a neuron, `choose` (detail: a Neuron)
 * for a click on a neuron or Enter, and after Enter also `enter`.
 */
export class NetworkDiagram extends EventTarget {
  #frame;
  #live;
  #layers;
  #signed;
  #gestures;
  #observer;
  /** @type {import("./layout.js").LayerPlace[]} */
  #places = [];
  /** @type {import("./diagram_state.js").DiagramState} */
  #shown;
  /** @type {Neuron | null} */
  #pointed = null;
  /** @type {Neuron | null} */
  #chosen = null;
  /** @type {Promise<void>} settles after the first painting */
  painted;
  #isPainting = false;
  #isFrameStale = true;
  #colours = readColours();
  /** @type {AbortController | null} removes the listeners; null while the diagram is stopped */
  #listening = null;

  /**
   * @param {HTMLCanvasElement} frame the static parts; it receives the focus and the pointer
   * @param {HTMLCanvasElement} live the other parts, below it
   * @param {{layers: number[], activation: string}} network
   * @param {import("./diagram_state.js").DiagramState} shown without a drawing
   */
  constructor(frame, live, network, shown) {
    super();
    this.#frame = frame;
    this.#live = live;
    this.#layers = network.layers;
    this.#signed = network.activation === "tanh";
    this.#shown = shown;
    this.#gestures = new ZoomGestures(frame);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.painted = new Promise((resolve) => live.addEventListener("painted", () => resolve(), { once: true }));
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const gestures = this.#gestures;
    this.#observer.observe(this.#frame);
    gestures.addEventListener("view", () => this.#paintAll(), { signal });
    gestures.addEventListener("point", (event) => this.#pointAt(/** @type {CustomEvent} */ (event).detail), { signal });
    gestures.addEventListener("press", (event) => this.#press(/** @type {CustomEvent} */ (event).detail), { signal });
    gestures.start();
    this.#frame.addEventListener("keydown", this.#onKey, { signal });
    this.#frame.addEventListener("blur", () => this.#point(null), { signal });
    onSchemeChange(() => this.#onScheme(), signal);
    this.#resize();
  }

  stop() {
    this.#observer.disconnect();
    this.#gestures.stop();
    this.#listening?.abort();
    this.#listening = null;
  }

  #onScheme() {
    this.#colours = readColours();
    this.#paintAll();
  }

  /** @param {import("./diagram_state.js").DiagramState} shown */
  show(shown) {
    this.#shown = shown;
    this.#paintSoon();
  }

  /** @param {Neuron | null} neuron */
  choose(neuron) {
    this.#chosen = neuron;
    this.#paintSoon();
  }

  /** The neuron whose connections are highlighted. */
  get focus() {
    return this.#pointed ?? this.#chosen;
  }

  /** @param {number} steps positive zooms in */
  zoom(steps) {
    const { focus } = this;
    const place = focus && this.#places[focus.layer];
    this.#gestures.zoom(steps, place ? { x: place.x[focus.index] ?? 0, y: place.y[focus.index] ?? 0 } : undefined);
  }

  showAll() {
    this.#gestures.showAll();
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.#actionOf(event);
    if (!action) return;
    event.preventDefault();
    action();
  };

  /**
   * @param {KeyboardEvent} event
   * @returns {(() => void) | undefined}
   */
  #actionOf(event) {
    const { key } = event;
    switch (key) {
      case "ArrowLeft":
      case "ArrowRight":
      case "ArrowUp":
      case "ArrowDown":
        if (event.shiftKey) return () => this.#gestures.move(...STEPS[key]);
        return () => this.#pointAndShow(neuronBeside(this.#places, this.#pointed ?? this.#chosen, key));
      case "+":
      case "=":
        return () => this.zoom(1);
      case "-":
        return () => this.zoom(-1);
      case "0":
        return () => this.showAll();
      case "Escape":
        return this.#pointed ? () => this.#point(null) : undefined;
      case "Enter":
      case " ":
        return this.#pointed ? () => this.#enter() : undefined;
      default:
        return undefined;
    }
  }

  #enter() {
    this.#emit("choose", this.#pointed);
    this.dispatchEvent(new Event("enter"));
  }

  /** @param {Neuron} neuron */
  #pointAndShow(neuron) {
    const place = this.#places[neuron.layer];
    if (place) {
      const { clientWidth: width, clientHeight: height } = this.#frame;
      this.#gestures.view = showing(
        this.#gestures.view,
        place.x[neuron.index] ?? 0,
        place.y[neuron.index] ?? 0,
        width,
        height,
      );
    }
    this.#point(neuron);
  }

  /** @param {{x: number, y: number} | null} point on the screen */
  #pointAt(point) {
    const neuron = point && this.#neuronAt(point);
    this.#frame.style.cursor = neuron ? "pointer" : "";
    this.#point(neuron);
  }

  /** @param {{x: number, y: number}} point */
  #press(point) {
    const neuron = this.#neuronAt(point);
    if (neuron) this.#emit("choose", neuron);
  }

  /** @param {{x: number, y: number}} point */
  #neuronAt({ x, y }) {
    const { scale, left, top } = this.#gestures.view;
    return neuronAt(this.#places, (x - left) / scale, (y - top) / scale, 6 / scale);
  }

  /** @param {Neuron | null} neuron */
  #point(neuron) {
    if (neuron?.layer === this.#pointed?.layer && neuron?.index === this.#pointed?.index) return;
    this.#pointed = neuron;
    this.#emit("point", neuron);
    this.#paintSoon();
  }

  /**
   * @param {string} type
   * @param {Neuron | null} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#frame;
    for (const canvas of [this.#frame, this.#live]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    this.#places = placeLayers(this.#layers, width, height);
    this.#gestures.showAll();
  }

  #paintAll() {
    this.#isFrameStale = true;
    this.#paintSoon();
  }

  /** Paints in the next animation frame, once for all changes until then. */
  #paintSoon() {
    if (this.#isPainting) return;
    this.#isPainting = true;
    requestAnimationFrame(() => {
      this.#isPainting = false;
      this.#paint();
    });
  }

  #paint() {
    const { view } = this.#gestures;
    const across = isAcross(this.#frame.clientWidth, this.#frame.clientHeight);
    if (this.#isFrameStale) {
      this.#isFrameStale = false;
      const context = cleared(this.#frame, view);
      if (context) paintFrame(context, this.#places, view.scale, this.#colours, across);
    }
    const context = cleared(this.#live, view);
    if (!context) return;
    const { activations, seen, probabilities, lines, focusLines } = this.#shown;
    const [places, { scale }, colours, { focus }] = [this.#places, view, this.#colours, this];
    const own =
      focus && focusLines?.focus.layer === focus.layer && focusLines.focus.index === focus.index ? focusLines : null;
    paintConnections(context, places, lines, scale, colours, own ? 0.1 : 1);
    if (own) paintConnections(context, places, own.lines, scale, colours, 1);
    paintInput(context, places[0], seen, colours);
    paintNeurons(context, places, activations, scale, colours, this.#signed);
    paintOutputs(context, places, probabilities, colours, across);
    if (this.#chosen) paintRing(context, places, this.#chosen, scale, colours.accent);
    if (this.#pointed) paintRing(context, places, this.#pointed, scale, colours.text);
    this.#live.dispatchEvent(new Event("painted", { bubbles: true }));
  }
}

/** @returns {import("./activation_rendering.js").Colours} */
function readColours() {
  const names = /** @type {const} */ ([
    "text",
    "muted",
    "surface",
    "line-strong",
    "line",
    "accent",
    "positive",
    "negative",
    "canvas",
    "ink",
    "sunken",
  ]);
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name.replace("-s", "S"), colour(`--${name}`)])));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./viewport.js").Viewport} view
 */
function cleared(canvas, { scale, left, top }) {
  const context = canvas.getContext("2d");
  context?.setTransform(1, 0, 0, 1, 0, 0);
  context?.clearRect(0, 0, canvas.width, canvas.height);
  const ratio = devicePixelRatio;
  context?.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * left, ratio * top);
  return context;
}
