import { ApiError, fetchJson } from "../lib/api.js";
import { ReconnectingSocket } from "../lib/reconnecting_socket.js";

/**
 * @typedef {import("../lib/messages.js").RunMessage} RunMessage
 * @typedef {import("../lib/messages.js").RunJson} RunJson
 * @typedef {import("../lib/messages.js").EpochJson} EpochJson
 * @typedef {"live" | "reconnecting" | "polling" | "over" | "gone"} Connection
 */

const POLL_MS = 2000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

/**
 * Everything that happens to a run: live over a WebSocket, by asking again and again where that cannot connect.
 *
 * Dispatches `message` (detail: a RunMessage) and `connection` (detail: a Connection). A connection says which epoch it
 * has, so that a new one brings what was missed; `refill()` asks for the same when a gap is seen.
 */
export class RunStream extends EventTarget {
  #runId;
  #after;
  #socket;
  #fetchJson;
  #setTimeout;
  #clearTimeout;
  #isRunning = false;
  /** @type {any} */
  #pollTimer = null;
  #isAsking = false;
  /** @type {Connection | null} */
  #connection = null;

  /**
   * @param {object} options
   * @param {number} options.runId
   * @param {() => number} options.after the last epoch before the first gap
   * @param {(path: string) => WebSocket} [options.openSocket]
   * @param {(url: string) => Promise<any>} [options.fetchJson]
   * @param {(callback: () => void, ms: number) => any} [options.setTimeout]
   * @param {(timer: any) => void} [options.clearTimeout]
   * @param {() => number} [options.random] a number in [0, 1), for the jitter of reconnections
   */
  constructor(options) {
    super();
    this.#runId = options.runId;
    this.#after = options.after;
    this.#socket = new ReconnectingSocket({
      ...options,
      path: () => `/ws/runs/${this.#runId}/?after=${this.#after()}`,
      delays: RETRY_MS,
      provenBy: "message",
    });
    this.#socket.addEventListener("message", (event) => this.#onMessage(/** @type {CustomEvent} */ (event).detail));
    this.#socket.addEventListener("lost", (event) => this.#onLost(/** @type {CustomEvent} */ (event).detail));
    this.#fetchJson = options.fetchJson ?? fetchJson;
    this.#setTimeout = options.setTimeout ?? ((callback, ms) => setTimeout(callback, ms));
    this.#clearTimeout = options.clearTimeout ?? ((timer) => clearTimeout(timer));
  }

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#socket.start();
  }

  stop() {
    this.#isRunning = false;
    this.#clearTimeout(this.#pollTimer);
    this.#pollTimer = null;
    this.#socket.stop();
  }

  /** Asks for the epochs that are missing. */
  async refill() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const epochs = await this.#fetchJson(`/api/v1/runs/${this.#runId}/epochs?after=${this.#after()}`);
      for (const epoch of epochs) this.#tell({ type: "epoch.finished", epoch });
    } finally {
      this.#isAsking = false;
    }
  }

  /** @param {RunMessage} message */
  #onMessage(message) {
    this.#clearTimeout(this.#pollTimer);
    this.#pollTimer = null;
    this.#setConnection("live");
    this.#tell(message);
  }

  /** @param {number} failures in a row */
  #onLost(failures) {
    this.#setConnection(failures > 2 ? "polling" : "reconnecting");
    this.#pollTimer ??= this.#setTimeout(this.#poll, POLL_MS);
  }

  #poll = async () => {
    try {
      /** @type {RunJson & {events?: import("../lib/messages.js").EventJson[]}} */
      const run = await this.#fetchJson(`/api/v1/runs/${this.#runId}`);
      await this.refill();
      if (!this.#isRunning || this.#connection === "live") return;
      const { status, version, events = [] } = run;
      this.#tell({ type: "status.changed", status, version, run, events });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.stop();
        this.#setConnection("gone");
      }
      // Anything else may pass: the next turn asks again.
    }
    if (this.#isRunning && this.#connection !== "live") this.#pollTimer = this.#setTimeout(this.#poll, POLL_MS);
  };

  /** @param {RunMessage} message */
  #tell(message) {
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    if ("run" in message && message.run.status === "completed") this.#finish();
  }

  /** A completed run changes no more; a stopped or failed one may be resumed from another window. */
  #finish() {
    this.stop();
    this.#setConnection("over");
  }

  /** @param {Connection} connection */
  #setConnection(connection) {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.dispatchEvent(new CustomEvent("connection", { detail: connection }));
  }
}
