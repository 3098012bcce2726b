import { tickTexts } from "./tick_texts.js";
import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { colour, onSchemeChange } from "../lib/computed_style.js";
import { downsampled } from "./downsampling.js";
import { unshownCount, unshownText } from "./log_scale.js";

/**
 * @typedef {{label: string, colour: string, dash?: number[], isFaint?: boolean}} Line `colour` names a custom property,
 *   such as "--test"
 * @typedef {"linear" | "log"} Scale
 * @typedef {[number[], ...(number | null)[][]]} Columns epochs, then the values of each line
 * @typedef {{onZoom?: (window: [number, number] | null) => void, onPoint?: (row: (number | null)[] | null) => void,
 *   spansGaps?: boolean}} Options
 *   callbacks for the visible part of the x axis and for the row under the pointer; whether lines connect over missing values
 */

// More dots would hide the line.
const MAX_DOTS = 40;

/**
 * A line chart over epochs, as wide as its element; it follows the size of the element and the colour scheme. Long lines
 * are downsampled; a zoom shows every point of its window. Of the element, `data-axis` is the title of the y axis, `data-over`
 * that of the x axis ("Epoch" by default), `data-threshold` a value to mark and `data-kept` an epoch. Without data there are
 * no axes.
 */
export class LineChart {
  #box;
  #lines;
  #format;
  /** @type {Options} */
  #hooks;
  /** @type {[number, number] | null} the visible part of the x axis; null for all of it */
  #window = null;
  #isSettingWindow = false;
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Columns} */
  #columns;
  /** @type {Scale} */
  #scale = "linear";
  /** @type {number | null} where a linear y axis ends; null to show all values */
  #top = null;
  /** @type {number[] | null} the lines that are not faded; null for all */
  #highlighted = null;
  #note = newNote();
  #observer;
  /** @type {AbortController | null} removes the listeners; null while the chart is stopped */
  #listening = null;

  /**
   * @param {HTMLElement} box
   * @param {Line[]} lines
   * @param {(value: number, extraDigits: number) => string} format the text of a value on the axis and in the legend
   * @param {Options} [hooks]
   */
  constructor(box, lines, format, hooks = {}) {
    this.#hooks = hooks;
    this.#box = box;
    this.#lines = lines;
    this.#format = format;
    this.#columns = /** @type {Columns} */ ([[], ...lines.map(() => [])]);
    this.#observer = new ResizeObserver(() => this.#resize());
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    this.#observer.observe(this.#box);
    onSchemeChange(this.#rebuild, this.#listening.signal);
    this.#rebuild();
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** @param {Columns} columns */
  show(columns) {
    this.#columns = columns;
    this.#redraw();
  }

  /** Zooms out. */
  showAll() {
    this.#window = null;
    this.#redraw();
  }

  #redraw() {
    if (this.#listening && !this.#plot) this.#rebuild();
    const plot = this.#plot;
    const window = this.#window;
    if (!plot) return;
    this.#showNote();
    if (!window) {
      plot.setData(this.#drawable());
      return;
    }
    this.#isSettingWindow = true;
    plot.batch(() => {
      plot.setData(this.#drawable(), false);
      plot.setScale("x", { min: window[0], max: window[1] });
    });
    this.#isSettingWindow = false;
  }

  /** @param {uPlot} plot */
  #onScale(plot) {
    const { min, max } = plot.scales.x ?? {};
    const xs = this.#columns[0];
    if (this.#isSettingWindow || min == null || max == null || xs.length < 2) return;
    const isWhole = min <= /** @type {number} */ (xs[0]) && max >= /** @type {number} */ (xs.at(-1));
    const before = this.#window;
    this.#window = isWhole ? null : [min, max];
    if (before === null && isWhole) return;
    // uPlot is still drawing.
    queueMicrotask(() => {
      this.#redraw();
      this.#hooks.onZoom?.(this.#window);
    });
  }

  /**
   * Fades all lines but some, until the lines are replaced.
   *
   * @param {number[] | null} indices of the lines that stay as they are; null for all
   */
  highlight(indices) {
    this.#highlighted = indices;
    if (!this.#plot) return;
    this.#lines.forEach((line, index) => {
      const series = this.#plot?.series[index + 1];
      if (series) series.alpha = this.#alpha(line, index);
    });
    this.#plot.redraw(false);
  }

  /**
   * @param {Line} line
   * @param {number} index
   */
  #alpha(line, index) {
    if (this.#highlighted && !this.#highlighted.includes(index)) return 0.12;
    return line.isFaint ? 0.28 : 1;
  }

  /** @param {Scale} scale */
  setScale(scale) {
    if (scale === this.#scale) return;
    this.#scale = scale;
    this.#rebuild();
  }

  /**
   * @param {Line[]} lines
   * @param {Columns} columns
   * @param {number | null} [top] where a linear y axis ends, whatever the values; null to show all
   */
  showLines(lines, columns, top = null) {
    this.#lines = lines;
    this.#columns = columns;
    this.#top = top;
    this.#highlighted = null;
    this.#window = null;
    if (this.#listening) this.#rebuild();
  }

  #rebuild = () => {
    this.#plot?.destroy();
    this.#plot = null;
    this.#box.querySelector(".chart__empty")?.remove();
    if (this.#columns[0].length === 0) {
      this.#box.append(emptyText());
      return;
    }
    this.#plot = new uPlot(this.#options(), this.#drawable(), this.#box);
    this.#box.append(this.#note);
    this.#showNote();
  };

  /** Says what the axis cannot show. */
  #showNote() {
    const text = this.#scale === "log" ? unshownText(unshownCount(this.#columns, this.#window)) : "";
    if (this.#note.textContent !== text) this.#note.textContent = text;
    this.#note.hidden = text === "";
  }

  #resize() {
    this.#plot?.setSize(this.#size());
  }

  /** The height does not depend on the box: the legend makes the box grow, and the chart would grow with it. */
  #size() {
    return { width: Math.max(200, this.#box.clientWidth), height: Number(this.#box.dataset.height ?? 270) };
  }

  /** A logarithmic scale leaves out values that are not positive. */
  #drawable() {
    const columns = downsampled(this.#columns, Math.max(200, this.#box.clientWidth), this.#window);
    if (this.#scale === "linear") return columns;
    const [epochs, ...values] = columns;
    const positive = values.map((line) => line.map((value) => (value != null && value > 0 ? value : null)));
    return /** @type {Columns} */ ([epochs, ...positive]);
  }

  /**
   * @param {number | null} low
   * @param {number | null} high
   */
  #range(low, high) {
    const top = this.#top;
    if (top !== null && low !== null && high !== null && high > top && low < top) return padded(low, top);
    return padded(low, high);
  }

  get #threshold() {
    const text = this.#box.dataset.threshold;
    return text ? Number(text) : null;
  }

  /** @param {uPlot} plot */
  #markThreshold(plot) {
    const value = this.#threshold;
    const { min, max } = plot.scales.y ?? {};
    if (value === null || min == null || max == null || value < min || value > max) return;
    const { ctx, bbox } = plot;
    const y = Math.round(plot.valToPos(value, "y", true));
    drawMark(ctx, [bbox.left, y], [bbox.left + bbox.width, y]);
    drawMarkText(ctx, `stops below ${this.#format(value, 0)}`, [bbox.left + 6, y - 2], "left");
  }

  /** @param {uPlot} plot */
  #markKept(plot) {
    const epoch = Number(this.#box.dataset.kept || NaN);
    const { min, max } = plot.scales.x ?? {};
    if (Number.isNaN(epoch) || min == null || max == null || epoch < min || epoch > max) return;
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(epoch, "x", true));
    drawMark(ctx, [x, bbox.top], [x, bbox.top + bbox.height]);
    const isRight = x > bbox.left + bbox.width / 2;
    drawMarkText(ctx, `kept: epoch ${epoch}`, [isRight ? x - 6 : x + 6, bbox.top + 16], isRight ? "right" : "left");
  }

  /** @returns {uPlot.Options} */
  #options() {
    const axis = {
      stroke: colour("--muted"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { stroke: colour("--grid"), width: 1, size: 4 },
    };
    const title = { labelSize: 18, labelFont: axis.font };
    return {
      ...this.#size(),
      scales: {
        x: { time: false, range: (_plot, low, high) => span(low, high) },
        y: this.#scale === "log" ? { distr: 3 } : { range: (_plot, low, high) => this.#range(low, high) },
      },
      axes: [
        {
          ...axis,
          space: 50,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000],
          size: 26,
          label: this.#box.dataset.over ?? "Epoch",
          ...title,
        },
        {
          ...axis,
          size: 58,
          label: this.#box.dataset.axis,
          ...title,
          values: (_plot, splits) => tickTexts(splits, this.#format),
        },
      ],
      series: [
        { label: "Epoch", value: (_plot, value) => (value == null ? "–" : String(value)) },
        ...this.#lines.map((line, index) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: 2,
          dash: line.dash,
          alpha: this.#alpha(line, index),
          spanGaps: this.#hooks.spansGaps ?? false,
          points: { size: 5, show: () => this.#columns[0].length <= MAX_DOTS },
          value: (/** @type {uPlot} */ _plot, /** @type {number | null} */ value) =>
            value == null ? "–" : this.#format(value, 0),
        })),
      ],
      hooks: {
        drawAxes: [(plot) => this.#markThreshold(plot), (plot) => this.#markKept(plot)],
        setScale: [(plot, key) => key === "x" && this.#onScale(plot)],
        setCursor: [(plot) => this.#hooks.onPoint?.(rowAt(plot))],
      },
      cursor: { drag: { x: true, y: false }, points: { size: 8 } },
      legend: { live: true },
    };
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function drawMark(ctx, from, to) {
  ctx.save();
  ctx.strokeStyle = colour("--good");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {[number, number]} at
 * @param {CanvasTextAlign} align
 */
function drawMarkText(ctx, text, at, align) {
  ctx.save();
  ctx.fillStyle = colour("--good");
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = align;
  ctx.textBaseline = "bottom";
  ctx.fillText(text, ...at);
  ctx.restore();
}

function emptyText() {
  const text = document.createElement("p");
  text.className = "chart__empty";
  text.textContent = "No epoch has ended yet";
  return text;
}

function newNote() {
  const note = document.createElement("p");
  note.className = "chart__note small muted";
  note.setAttribute("role", "status");
  return note;
}

/**
 * @param {uPlot} plot
 * @returns {(number | null)[] | null} x and the values under the pointer; null if the pointer is elsewhere
 */
function rowAt(plot) {
  const index = plot.cursor.idx;
  return index == null ? null : plot.data.map((column) => column[index] ?? null);
}

/**
 * @param {number | null} low
 * @param {number | null} high
 * @returns {[number, number]} at least one epoch wide
 */
function span(low, high) {
  if (low == null || high == null) return [1, 2];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/**
 * @param {number | null} low
 * @param {number | null} high
 * @returns {[number, number]} with padding; the axis starts at 0 if the values come near it
 */
function padded(low, high) {
  if (low == null || high == null) return [0, 1];
  const padding = (high - low || Math.abs(high) || 1) * 0.06;
  const bottom = low - padding;
  return [low >= 0 && bottom < (high - low) * 0.25 ? 0 : bottom, high + padding];
}
