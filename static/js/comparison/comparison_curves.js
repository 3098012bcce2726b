import { overlayColumns } from "../charts/epoch_columns.js";
import { LineChart } from "../charts/line_chart.js";
import { smoothed } from "../charts/smoothing.js";
import { byId } from "../lib/elements.js";
import { duration, significantNumber, percent } from "../lib/format.js";
import { RunStream } from "../runs/run_stream.js";
import { isError, measureKey, readOptions, writeOptions } from "./chart_options.js";
import { fetchHistory } from "../charts/epoch_history.js";
import { usefulTop } from "../charts/useful_range.js";
import { seriesStyle } from "./series_style.js";

/**
 * @typedef {import("../charts/epoch_history.js").Curve & {kind: "version" | "run", is_live: boolean, loss: string}}
 *   ComparedCurve
 * @typedef {import("../lib/messages.js").EpochJson} EpochJson
 * @typedef {import("../lib/messages.js").RunMessage} RunMessage
 */

/** The curves of the compared versions and runs in one chart; the curve of a run grows while it trains. */
export class ComparisonCurves {
  #curves;
  #losses;
  #options;
  #chart;
  /** @type {HTMLButtonElement[]} */
  #buttons = [];
  #isDrawing = false;
  #isFetching = false;
  #onUpdate;

  /**
   * @param {ComparedCurve[]} curves
   * @param {{onUpdate?: () => void}} [hooks] called when a running run has a new epoch or status
   */
  constructor(curves, { onUpdate } = {}) {
    this.#curves = curves;
    this.#losses = [...new Set(curves.map((curve) => curve.loss))];
    this.#options = readOptions(new URLSearchParams(location.search), this.#losses);
    this.#onUpdate = onUpdate;
    this.#chart = new LineChart(byId("compare-chart", HTMLElement), [], (value, extra) => this.#format(value, extra), {
      spansGaps: true,
      onZoom: (window) => this.#onZoom(window),
      onPoint: (row) => this.#showValues(row),
    });
  }

  start() {
    this.#buttons = this.#curves.map((curve, index) => this.#legendButton(curve, index));
    byId("curve-legend", HTMLElement).replaceChildren(...this.#buttons);
    this.#chart.start();
    this.#chart.setScale(this.#options.scale);
    this.#listen();
    this.#show();
    for (const curve of this.#curves) if (curve.kind === "run" && curve.is_live) this.#follow(curve);
  }

  #listen() {
    const measure = byId("measure", HTMLSelectElement);
    const smoothing = byId("smoothing", HTMLSelectElement);
    measure.value = measureKey(this.#options);
    smoothing.value = String(this.#options.smoothing);
    measure.addEventListener("change", () => {
      const { measure: chosen, loss } = readOptions(new URLSearchParams({ measure: measure.value }), this.#losses);
      this.#change({ measure: chosen, loss });
    });
    smoothing.addEventListener("change", () => this.#change({ smoothing: Number(smoothing.value) }));
    byId("range", HTMLButtonElement).addEventListener("click", () =>
      this.#change({ range: this.#options.range === "all" ? "useful" : "all" }),
    );
    onPress(byId("over", HTMLElement), this.#options.over, (over) =>
      this.#change({ over: over === "seconds" ? over : "epochs" }),
    );
    onPress(byId("scale", HTMLElement), this.#options.scale, (scale) => {
      this.#change({ scale: scale === "log" ? scale : "linear" });
      this.#chart.setScale(this.#options.scale);
    });
  }

  /** @param {Partial<import("./chart_options.js").ChartOptions>} part */
  #change(part) {
    this.#options = { ...this.#options, ...part };
    const query = writeOptions(new URLSearchParams(location.search), this.#options, this.#losses);
    history.replaceState(null, "", `?${query.toString().replaceAll("%2C", ",")}${location.hash}`);
    this.#show();
  }

  #show() {
    const title = byId("measure", HTMLSelectElement).selectedOptions[0]?.text ?? "";
    const box = byId("compare-chart", HTMLElement);
    box.dataset.axis = title;
    box.setAttribute("aria-label", `${title} of those compared; the tables below have the last numbers`);
    box.dataset.over = this.#options.over === "seconds" ? "Training time, seconds" : "Epoch";
    const range = byId("range", HTMLButtonElement);
    range.hidden = this.#usefulTop() === null;
    range.setAttribute("aria-pressed", String(this.#options.range === "useful"));
    this.#chart.showLines(this.#lines(), this.#columns(), this.#top());
    this.#buttons.forEach((button, index) => {
      const curve = this.#curves[index];
      if (!curve) return;
      button.setAttribute("aria-pressed", String(this.#isShown(curve)));
      button.disabled = !this.#isOnAxis(curve);
    });
    byId("chart-note", HTMLElement).textContent = this.#hint();
  }

  /** Smoothed curves come first; the original ones are drawn faintly behind them. */
  #lines() {
    const lines = this.#curves
      .map((curve, index) => ({
        label: curve.title,
        colour: `--series-${seriesStyle(index).number}`,
        dash: seriesStyle(index).dash,
        isShown: this.#isShown(curve),
      }))
      .filter((line) => line.isShown);
    return this.#options.smoothing ? [...lines, ...lines.map((line) => ({ ...line, isFaint: true }))] : lines;
  }

  /** @returns {import("../charts/line_chart.js").Columns} */
  #columns() {
    const { measure, over, smoothing } = this.#options;
    const histories = this.#curves.filter((curve) => this.#isShown(curve)).map((curve) => curve.history);
    const columns = overlayColumns(histories, measure, over === "seconds" ? elapsedOf : numberOf);
    if (!smoothing) return columns;
    const [places, ...values] = columns;
    return [places, ...values.map((line) => smoothed(line, smoothing)), ...values];
  }

  /** The end of the range without curves that flatten the others; null if there are none, or on a logarithmic axis. */
  #usefulTop() {
    const { measure, scale } = this.#options;
    if (!isError(measure) || scale === "log") return null;
    return usefulTop(this.#columns().slice(1));
  }

  #top() {
    return this.#options.range === "all" ? null : this.#usefulTop();
  }

  /** Draws at most once per animation frame; the zoom stays. */
  #drawSoon() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#chart.show(this.#columns());
      this.#curves.forEach((curve, index) => {
        const epoch = this.#buttons[index]?.querySelector("[data-part=epoch]");
        if (epoch) epoch.textContent = epochText(curve);
      });
    });
  }

  /** @param {ComparedCurve} curve */
  #isShown(curve) {
    return this.#isOnAxis(curve) && !this.#options.hidden.includes(keyOf(curve));
  }

  /**
   * Errors of different losses are different quantities: they never share an axis.
   *
   * @param {ComparedCurve} curve
   */
  #isOnAxis(curve) {
    return !isError(this.#options.measure) || curve.loss === this.#options.loss;
  }

  /**
   * @param {ComparedCurve} curve
   * @param {number} index
   */
  #legendButton(curve, index) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(dashSample(index), curve.title);
    if (curve.is_live) {
      const epoch = document.createElement("span");
      epoch.className = "muted numbers";
      epoch.dataset.part = "epoch";
      epoch.textContent = epochText(curve);
      button.append(epoch);
    }
    const value = document.createElement("span");
    value.className = "muted numbers";
    button.append(value);
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => this.#highlight(curve));
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => this.#chart.highlight(null));
    button.addEventListener("click", () => {
      const key = keyOf(curve);
      const { hidden } = this.#options;
      this.#change({ hidden: hidden.includes(key) ? hidden.filter((other) => other !== key) : [...hidden, key] });
    });
    return button;
  }

  /**
   * Fades the other curves.
   *
   * @param {ComparedCurve} curve
   */
  #highlight(curve) {
    const shown = this.#curves.filter((other) => this.#isShown(other));
    const index = shown.indexOf(curve);
    if (index >= 0) this.#chart.highlight([index, index + shown.length]);
  }

  /** @param {(number | null)[] | null} row x, then the value of each visible line */
  #showValues(row) {
    const [x, ...values] = row ?? [];
    let line = 0;
    this.#curves.forEach((curve, index) => {
      const value = !this.#isShown(curve) ? null : values[line++];
      const label = this.#buttons[index]?.lastElementChild;
      if (label) label.textContent = value == null ? "" : this.#format(value);
    });
    const where = this.#options.over === "seconds" ? `After ${duration(x)}` : `Epoch ${x}`;
    byId("chart-note", HTMLElement).textContent = x == null ? this.#hint() : where;
  }

  #hint() {
    const others = this.#curves.filter((curve) => !this.#isOnAxis(curve)).map((curve) => curve.title);
    if (others.length) return `Not on this axis, because their errors are of another loss: ${others.join(", ")}.`;
    const top = this.#top();
    if (top !== null) return `Cut off above ${this.#format(top)}: ${this.#titlesAbove(top).join(", ")}.`;
    return "Drag over a part of the chart to zoom in; double-click to zoom out.";
  }

  /** @param {number} top */
  #titlesAbove(top) {
    const { measure } = this.#options;
    const isAbove = (/** @type {ComparedCurve} */ curve) => curve.history.some((epoch) => (epoch[measure] ?? 0) > top);
    return this.#curves.filter((curve) => this.#isShown(curve) && isAbove(curve)).map((curve) => curve.title);
  }

  /**
   * @param {number} value
   * @param {number} [extra] digits
   */
  #format(value, extra = 0) {
    return isError(this.#options.measure) ? significantNumber(value, 4 + extra) : percent(value, 1 + extra);
  }

  /**
   * A zoom into a downsampled curve fetches all its points.
   *
   * @param {[number, number] | null} window
   */
  async #onZoom(window) {
    const downsampled = this.#curves.filter((curve) => curve.history.length < curve.count);
    if (!window || downsampled.length === 0 || this.#isFetching) return;
    this.#isFetching = true;
    try {
      await Promise.all(
        downsampled.map(async (curve) => {
          curve.history = await fetchHistory(curve.kind, curve.number);
          curve.count = curve.history.length;
        }),
      );
      this.#chart.show(this.#columns());
    } catch (error) {
      byId("chart-note", HTMLElement).textContent =
        `Not all points are shown: ${error instanceof Error ? error.message : error}`;
    } finally {
      this.#isFetching = false;
    }
  }

  /** @param {ComparedCurve} curve of a run that is still training */
  #follow(curve) {
    const last = () => curve.history.at(-1)?.epoch ?? 0;
    const stream = new RunStream({ runId: curve.number, after: last });
    stream.addEventListener("message", (event) => {
      const message = /** @type {RunMessage} */ (/** @type {CustomEvent} */ (event).detail);
      const epochs =
        message.type === "run.snapshot" ? message.epochs : message.type === "epoch.finished" ? [message.epoch] : [];
      for (const epoch of epochs) {
        if (epoch.epoch <= last()) continue;
        if (epoch.epoch > last() + 1) {
          stream.refill().catch(() => {});
          break;
        }
        curve.history.push({ ...epoch, elapsed: (curve.history.at(-1)?.elapsed ?? 0) + epoch.seconds });
        curve.count += 1;
      }
      if (epochs.length) this.#drawSoon();
      if (epochs.length || message.type === "status.changed") this.#onUpdate?.();
    });
    stream.start();
  }
}

/** @param {ComparedCurve} curve */
function epochText(curve) {
  return `epoch ${curve.history.at(-1)?.epoch ?? 0}`;
}

/** @param {{epoch: number}} epoch */
function numberOf(epoch) {
  return epoch.epoch;
}

/** @param {{elapsed: number}} epoch */
function elapsedOf(epoch) {
  return epoch.elapsed;
}

/** @param {ComparedCurve} curve */
function keyOf(curve) {
  return `${curve.kind === "run" ? "r" : "v"}${curve.number}`;
}

/**
 * A group of toggle buttons: presses the button of the initial value, and calls back with the value of a pressed one.
 *
 * @param {HTMLElement} box
 * @param {string} value
 * @param {(value: string) => void} callback
 */
function onPress(box, value, callback) {
  const buttons = [...box.querySelectorAll("button")];
  const press = (/** @type {string | undefined} */ pressed) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === pressed));
  };
  press(value);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      press(button.dataset.value);
      callback(button.dataset.value ?? "");
    });
  }
}

/** @param {number} index */
function dashSample(index) {
  const { number, dash } = seriesStyle(index);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of Object.entries({ x1: "0", y1: "4", x2: "26", y2: "4", class: `line-${number}` })) {
    line.setAttribute(name, value);
  }
  if (dash) line.setAttribute("stroke-dasharray", dash.join(" "));
  svg.append(line);
  return svg;
}
