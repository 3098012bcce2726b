import { epochColumns } from "../charts/epoch_columns.js";
import { keptEpoch, learningLines } from "../charts/learning_lines.js";
import { LineChart } from "../charts/line_chart.js";
import { onScaleChange } from "../charts/scale_switch.js";
import { byId, pageData } from "../lib/elements.js";
import { capitalised, duration, errorNumber, significantNumber, percent, roughDuration } from "../lib/format.js";
import { siteAddress } from "../lib/site.js";
import { timeElement } from "../lib/times.js";
import { EndNotification } from "./end_notification.js";
import { ENDED } from "./run_states.js";
import { openDialogsFromLinks } from "../lib/dialogs.js";
import { EpochList } from "./epoch_list.js";
import { isPoor, showFindings, statusClass } from "./findings.js";
import { preparedShare, progressText } from "./progress_text.js";
import { QueuePosition } from "./queue_position.js";
import { RunStream } from "./run_stream.js";
import { remainingSeconds } from "./remaining_time.js";
import { tabTitle } from "./tab_title.js";

/**
 * @typedef {import("../lib/messages.js").RunJson} RunJson
 * @typedef {import("../lib/messages.js").RunMessage} RunMessage
 * @typedef {import("../lib/messages.js").BatchProgress} BatchProgress
 */

const SILENCE_MS = 20_000;
const CONNECTION_TEXTS = {
  live: "Live",
  reconnecting: "Reconnecting…",
  polling: "No live connection: polling every two seconds",
  over: "",
  gone: "This run was deleted or moved to the trash",
  "session-ended": "Your session has ended",
};

/** The page of one run, updated by the messages of its stream. */
class RunPage {
  #epochs = new EpochList();
  /** @type {RunJson} */
  #run;
  /** @type {Set<string>} */
  #events = new Set();
  /** @type {BatchProgress | null} */
  #batch = null;
  #stream;
  #errorChart;
  #accuracyChart;
  #measures;
  #isDrawing = false;
  #hasNewEpochs = true;
  #lastMessageAt = Date.now();
  #notification = new EndNotification(byId("notify", HTMLButtonElement));
  #queue;
  #isLive = false;
  /** @type {Set<number>} the epochs that can be published */
  #storedEpochs = new Set(pageData("stored-epochs"));
  /** @type {import("./run_stream.js").Connection} */
  #connection = "over";

  /** @param {{run: RunJson, epochs: import("../lib/messages.js").EpochJson[], events: import("../lib/messages.js").EventJson[]}} state */
  constructor(state) {
    this.#run = state.run;
    const { config } = state.run;
    const [error, accuracy] = [learningLines(config, "error"), learningLines(config, "accuracy")];
    this.#measures = { error: error.measures, accuracy: accuracy.measures };
    this.#errorChart = new LineChart(byId("error-chart", HTMLElement), error.lines, (value, extra) =>
      significantNumber(value, 4 + extra),
    );
    this.#accuracyChart = new LineChart(byId("accuracy-chart", HTMLElement), accuracy.lines, (value, extra) =>
      percent(value, 1 + extra),
    );
    this.#stream = new RunStream({ runId: state.run.id, after: () => this.#epochs.complete });
    this.#queue = new QueuePosition(state.run.id);
    this.#epochs.merge(state.epochs);
    this.#showEvents(state.events);
  }

  start() {
    this.#errorChart.start();
    this.#accuracyChart.start();
    onScaleChange(byId("scale", HTMLElement), (scale) => this.#errorChart.setScale(scale));
    this.#stream.addEventListener("message", (event) => this.#take(/** @type {CustomEvent} */ (event).detail));
    this.#stream.addEventListener("connection", (event) =>
      this.#showConnection(/** @type {CustomEvent} */ (event).detail),
    );
    if (this.#run.status !== "completed" || this.#epochs.complete < this.#run.epoch) this.#stream.start();
    setInterval(() => this.#showSilence(), 2000);
    this.#notification.start();
    this.#queue.addEventListener("change", () => this.#drawSoon());
    addEventListener("stored-epochs", (event) => {
      this.#storedEpochs = new Set(/** @type {CustomEvent<number[]>} */ (event).detail);
      this.#drawPublishButtons();
    });
    this.#draw();
  }

  /** @param {RunMessage} message */
  #take(message) {
    this.#lastMessageAt = Date.now();
    if (message.type === "batch.progress") {
      this.#batch = message;
    } else if (message.type === "epoch.finished") {
      this.#takeEpochs([message.epoch]);
    } else {
      this.#announce(message.run);
      this.#run = message.run;
      this.#showEvents(message.events);
      if (message.type === "run.snapshot") this.#takeEpochs(message.epochs);
      if (message.run.stage) this.#batch = null;
    }
    // For the other parts of the page, such as the snapshots.
    if (message.type !== "batch.progress") dispatchEvent(new CustomEvent("run-changed", { detail: this.#run }));
    this.#drawSoon();
  }

  /** @param {import("../lib/messages.js").EpochJson[]} epochs */
  #takeEpochs(epochs) {
    this.#epochs.merge(epochs);
    this.#hasNewEpochs = true;
    if (this.#epochs.hasGap) this.#stream.refill().catch(() => {});
  }

  /** Draws in the next animation frame, once for all messages until then. */
  #drawSoon() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw() {
    const epochs = this.#epochs.all;
    if (this.#hasNewEpochs) {
      this.#hasNewEpochs = false;
      this.#markKept(epochs);
      this.#errorChart.show(epochColumns(epochs, this.#measures.error));
      this.#accuracyChart.show(epochColumns(epochs, this.#measures.accuracy));
      this.#drawTable(this.#epochs.all);
    }
    this.#drawState();
    this.#drawProgress(epochs);
  }

  /** @param {import("../lib/messages.js").EpochJson[]} epochs */
  #markKept(epochs) {
    const kept = String(keptEpoch(this.#run.config, epochs) ?? "");
    for (const id of ["error-chart", "accuracy-chart"]) byId(id, HTMLElement).dataset.kept = kept;
  }

  /**
   * Adds the missing rows in one pass, newest first.
   *
   * @param {import("../lib/messages.js").EpochJson[]} epochs in order
   */
  #drawTable(epochs) {
    const [body] = byId("epochs", HTMLTableElement).tBodies;
    if (!body) return;
    let next = body.rows[0] ?? null;
    for (const epoch of epochs.reverse()) {
      while (next && numberOf(next) > epoch.epoch) next = rowAfter(next);
      if (next && numberOf(next) === epoch.epoch) next = rowAfter(next);
      else body.insertBefore(epochRow(epoch, Boolean(this.#run.config.validation_share)), next);
    }
    byId("no-epochs", HTMLElement).hidden = epochs.length > 0;
    this.#drawPublishButtons();
  }

  /** A button in the row of every epoch that is stored, and in no other. */
  #drawPublishButtons() {
    for (const row of byId("epochs", HTMLTableElement).tBodies[0]?.rows ?? []) {
      const [epoch, cell] = [numberOf(row), row.cells[row.cells.length - 1]];
      if (!cell || this.#storedEpochs.has(epoch) === cell.hasChildNodes()) continue;
      cell.replaceChildren(...(this.#storedEpochs.has(epoch) ? [publishButton(epoch)] : []));
    }
  }

  #drawState() {
    const run = this.#run;
    this.#drawConnection();
    const badge = byId("status", HTMLElement);
    badge.className = statusClass(run);
    badge.textContent = capitalised(run.status);
    showFindings(byId("findings", HTMLElement), run.findings);
    byId("stop", HTMLElement).hidden = !run.can_stop;
    byId("publish", HTMLElement).hidden = !run.can_publish;
    byId("resume", HTMLElement).hidden = !run.can_resume;
    byId("delete", HTMLElement).hidden = run.status === "running" || run.status === "stopping";
    byId("failure", HTMLElement).hidden = run.status !== "failed";
    byId("failure-text", HTMLElement).textContent = capitalised(run.failure);
    const link = byId("version-link", HTMLAnchorElement);
    link.hidden = run.version === null;
    if (run.version !== null) {
      link.href = siteAddress(`versions/${run.version}/`);
      link.textContent = `Open version ${run.version}`;
      byId("draw-link", HTMLAnchorElement).href = siteAddress(`?version=${run.version}`);
    }
    byId("draw-link", HTMLElement).hidden = run.version === null;
    this.#notification.show(run);
    if (run.status === "queued") this.#queue.start();
    else this.#queue.stop();
  }

  /** @param {import("../lib/messages.js").EpochJson[]} epochs */
  #drawProgress(epochs) {
    const run = this.#run;
    const isEnded = ENDED.includes(run.status);
    const last = epochs.at(-1)?.epoch ?? run.epoch;
    const batch = this.#batch && this.#batch.epoch === last + 1 && run.status === "running" ? this.#batch : null;
    const fraction = batch?.fraction ?? 0;

    const bar = byId("progress", HTMLProgressElement);
    bar.value = run.status === "completed" ? 1 : Math.min(1, (last + fraction) / run.epochs);
    bar.className = run.status === "completed" && !isPoor(run) ? "is-completed" : isEnded ? "is-ended" : "";
    byId("progress-text", HTMLElement).textContent = progressText(run, last, batch !== null, this.#queue);
    document.title = tabTitle(run, bar.value);

    const batchBar = byId("batch", HTMLProgressElement);
    batchBar.hidden = isEnded;
    const prepared = run.status === "running" && run.stage ? preparedShare(run.stage) : fraction;
    if (prepared === null) batchBar.removeAttribute("value");
    else batchBar.value = prepared;
    byId("batch-text", HTMLElement).textContent = batch
      ? `Epoch ${batch.epoch}: ${percent(fraction, 0)} of the samples, error so far ${errorNumber(batch.error)}`
      : "";

    const seconds = run.status === "running" ? remainingSeconds(epochs, run.epochs, fraction) : null;
    byId("time-left", HTMLElement).textContent = seconds === null ? finishText(run) : remainingText(run, seconds);
  }

  /** @param {RunJson} run that replaces the known one; for screen readers, each change of its state is a sentence */
  #announce(run) {
    if (run.status === this.#run.status) return;
    const sentence = run.status === "running" ? "Training has started" : progressText(run, run.epoch, false);
    byId("spoken", HTMLElement).textContent = `${sentence}.`;
  }

  /** @param {import("../lib/messages.js").EventJson[]} events */
  #showEvents(events) {
    const log = byId("log", HTMLElement);
    const isFirst = this.#events.size === 0;
    if (isFirst && events.length) log.replaceChildren();
    for (const event of events) {
      const key = `${event.at} ${event.text}`;
      if (this.#events.has(key)) continue;
      this.#events.add(key);
      log.append(eventItem(event));
    }
  }

  /** @param {import("./run_stream.js").Connection} connection */
  #showConnection(connection) {
    this.#connection = connection;
    this.#isLive = connection === "live";
    this.#lastMessageAt = Date.now();
    this.#drawConnection();
  }

  /** A run that has ended sends nothing: its page is not called live. */
  #drawConnection() {
    const element = byId("connection", HTMLElement);
    const isQuiet = this.#connection === "live" && ENDED.includes(this.#run.status);
    element.hidden = this.#connection === "over" || isQuiet;
    element.dataset.state = element.hidden ? "" : this.#connection;
    element.textContent = element.hidden ? "" : CONNECTION_TEXTS[this.#connection];
  }

  /** While a run trains, progress arrives many times a second: a long silence means that the worker is lost or stuck. */
  #showSilence() {
    const isTraining = this.#isLive && this.#run.status === "running" && this.#run.stage === "";
    byId("silence", HTMLElement).hidden = !isTraining || Date.now() - this.#lastMessageAt < SILENCE_MS;
  }
}

/** @param {RunJson} run */
function finishText(run) {
  if (run.status !== "completed") return "";
  if (run.finish_reason === "error_threshold") return "Stopped early: the error fell below the threshold";
  if (run.finish_reason === "patience") return "Stopped early: the validation error did not improve";
  return "";
}

/**
 * @param {RunJson} run
 * @param {number} seconds
 */
function remainingText(run, seconds) {
  const mayEndEarly = run.config.error_threshold != null || run.config.patience != null;
  return `${capitalised(roughDuration(seconds))} left${mayEndEarly ? " at most" : ""}`;
}

/** @param {HTMLTableRowElement} row */
function numberOf(row) {
  return Number(row.dataset.epoch);
}

/** @param {HTMLTableRowElement} row */
function rowAfter(row) {
  return /** @type {HTMLTableRowElement | null} */ (row.nextElementSibling);
}

/**
 * @param {import("../lib/messages.js").EpochJson} epoch
 * @param {boolean} hasValidation
 */
function epochRow(epoch, hasValidation) {
  const row = document.createElement("tr");
  row.dataset.epoch = String(epoch.epoch);
  const texts = [
    String(epoch.epoch),
    errorNumber(epoch.train_error),
    ...(hasValidation ? [errorNumber(epoch.validation_error)] : []),
    errorNumber(epoch.test_error),
    percent(epoch.train_accuracy),
    ...(hasValidation ? [percent(epoch.validation_accuracy)] : []),
    percent(epoch.test_accuracy),
    errorNumber(epoch.learning_rate),
    duration(epoch.seconds),
  ];
  row.append(...[...texts, ""].map(numberCell));
  return row;
}

/** @param {number} epoch */
function publishButton(epoch) {
  const button = document.createElement("button");
  button.className = "button button--small";
  button.setAttribute("form", "publish-epoch");
  button.name = "epoch";
  button.value = String(epoch);
  button.setAttribute("aria-label", `Publish epoch ${epoch} as a version`);
  button.textContent = "Publish";
  return button;
}

/** @param {string} text */
function numberCell(text) {
  const cell = document.createElement("td");
  cell.className = "is-number";
  cell.textContent = text;
  return cell;
}

/** @param {import("../lib/messages.js").EventJson} event */
function eventItem(event) {
  const item = document.createElement("li");
  const badge = document.createElement("span");
  badge.className = `badge badge--${event.status}`;
  badge.textContent = capitalised(event.status);
  const text = document.createElement("p");
  text.textContent = event.text;
  item.append(badge, text, timeElement(event.at));
  return item;
}

new RunPage(pageData("run-state")).start();
openDialogsFromLinks();
