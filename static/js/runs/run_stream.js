import { ApiError, POLL_TIMEOUT_MS, SessionEndError, fetchJson } from "../lib/api.js";
import { siteAddress } from "../lib/site.js";
import { ReconnectingSocket } from "../lib/reconnecting_socket.js";

/**
 * @typedef {import("../lib/messages.js").RunMessage} RunMessage
 * @typedef {import("../lib/messages.js").RunJson} RunJson
 * @typedef {import("../lib/messages.js").EpochJson} EpochJson
 * @typedef {"live" | "reconnecting" | "polling" | "over" | "gone" | "session-ended"} Connection
 */

const POLL_MS = 2000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

/**
 * The updates of a run: over a WebSocket, or by polling while it cannot connect.
 *
 * Dispatches `message` (detail: a RunMessage) and `connection` (detail: a Connection). The address of the WebSocket contains
 * the last received epoch, so that a new connection sends the missed ones; `refill()` fetches them after a gap.
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
  #isFetching = false;
  /** @type {Connection | null} */
  #connection = null;

  /**
   * @param {object} options
   * @param {number} options.runId
   * @param {() => number} options.after the last epoch before the first gap
   * @param {(path: string) => WebSocket} [options.openSocket]
   * @param {(url: string, request: {timeoutMs: number}) => Promise<any>} [options.fetchJson]
   * @param {(callback: () => void, ms: number) => any} [options.setTimeout]
   * @param {(timer: any) => void} [options.clearTimeout]
   * @param {() => number} [options.random] a number in [0, 1), for the jitter of reconnections
   * @param {() => number} [options.now] in milliseconds
   */
  constructor(options) {
    super();
    this.#runId = options.runId;
    this.#after = options.after;
    this.#socket = new ReconnectingSocket({
      ...options,
      path: () => siteAddress(`ws/runs/${this.#runId}/?after=${this.#after()}`),
      delays: RETRY_MS,
      provenBy: "message",
    });
    this.#socket.addEventListener("message", (event) => this.#onMessage(/** @type {CustomEvent} */ (event).detail));
    this.#socket.addEventListener("lost", (event) => this.#onLost(/** @type {CustomEvent} */ (event).detail));
    this.#socket.addEventListener("session-ended", () => this.#end("session-ended"));
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

  /** Fetches the missing epochs. */
  async refill() {
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      const epochs = await this.#fetch(`/epochs?after=${this.#after()}`);
      for (const epoch of epochs) this.#emit({ type: "epoch.finished", epoch });
    } finally {
      this.#isFetching = false;
    }
  }

  /** @param {string} path after that of the run */
  #fetch(path) {
    return this.#fetchJson(siteAddress(`api/v1/runs/${this.#runId}${path}`), { timeoutMs: POLL_TIMEOUT_MS });
  }

  /** @param {RunMessage} message */
  #onMessage(message) {
    this.#clearTimeout(this.#pollTimer);
    this.#pollTimer = null;
    this.#setConnection("live");
    this.#emit(message);
  }

  /** @param {number} failures in a row */
  #onLost(failures) {
    this.#setConnection(failures > 2 ? "polling" : "reconnecting");
    this.#pollTimer ??= this.#setTimeout(this.#poll, POLL_MS);
  }

  #poll = async () => {
    try {
      /** @type {RunJson & {events?: import("../lib/messages.js").EventJson[]}} */
      const run = await this.#fetch("");
      await this.refill();
      if (!this.#isRunning || this.#connection === "live") return;
      const { status, version, events = [] } = run;
      this.#emit({ type: "status.changed", status, version, run, events });
    } catch (error) {
      if (error instanceof SessionEndError) this.#end("session-ended");
      else if (error instanceof ApiError && error.status === 404) this.#end("gone");
      // Other failures may be temporary: the next poll retries.
    }
    if (this.#isRunning && this.#connection !== "live") this.#pollTimer = this.#setTimeout(this.#poll, POLL_MS);
  };

  /** @param {RunMessage} message */
  #emit(message) {
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    // A completed run no longer changes; a stopped or failed one may be resumed in another window.
    if ("run" in message && message.run.status === "completed") this.#end("over");
  }

  /** @param {Connection} connection the last one */
  #end(connection) {
    this.stop();
    this.#setConnection(connection);
  }

  /** @param {Connection} connection */
  #setConnection(connection) {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.dispatchEvent(new CustomEvent("connection", { detail: connection }));
  }
}
