import { Heartbeat } from "./heartbeat.js";
import { CLOSE_SESSION_ENDED, showSessionEnd } from "./session.js";

const OPEN = 1;
/** The time in which a connection has to open. */
const OPEN_MS = 10_000;

/**
 * @typedef {object} SocketOptions
 * @property {() => string} path of the address; computed again for every connection
 * @property {number[]} delays the longest wait in milliseconds before each retry; the last one applies to all further ones
 * @property {"open" | "message"} provenBy the event that resets the count of failures: the connection opened, or a first
 *   message arrived
 * @property {(path: string) => WebSocket} [openSocket]
 * @property {(callback: () => void, ms: number) => any} [setTimeout]
 * @property {(timer: any) => void} [clearTimeout]
 * @property {() => number} [random] a number in [0, 1)
 * @property {() => number} [now] in milliseconds
 */

/**
 * A WebSocket that reconnects after a failure, with exponential back-off and jitter. A connection without an answer to a
 * ping counts as lost, and so does one that does not open; neither is waited for until it has closed.
 *
 * Dispatches `open`, `message` (detail: the parsed JSON), `lost` (detail: the number of failures in a row) and
 * `session-ended`, after which it is stopped.
 */
export class ReconnectingSocket extends EventTarget {
  #path;
  #delays;
  #provenBy;
  #openSocket;
  #setTimeout;
  #clearTimeout;
  #random;
  /** @type {WebSocket | null} */
  #socket = null;
  #isRunning = false;
  #failures = 0;
  /** @type {any} of the next connection, or of the opening of this one */
  #timer = null;
  #heartbeat;

  /** @param {SocketOptions} options */
  constructor(options) {
    super();
    this.#path = options.path;
    this.#delays = options.delays;
    this.#provenBy = options.provenBy;
    this.#openSocket = options.openSocket ?? openSocket;
    this.#setTimeout = options.setTimeout ?? ((callback, ms) => setTimeout(callback, ms));
    this.#clearTimeout = options.clearTimeout ?? ((timer) => clearTimeout(timer));
    this.#random = options.random ?? Math.random;
    this.#heartbeat = new Heartbeat({
      ping: () => this.send({ type: "ping" }),
      onDead: () => this.#abandon(),
      setTimeout: this.#setTimeout,
      clearTimeout: this.#clearTimeout,
      now: options.now ?? (() => performance.now()),
    });
  }

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#connect();
  }

  stop() {
    this.#isRunning = false;
    this.#clearTimeout(this.#timer);
    this.#timer = null;
    this.#drop();
  }

  get isOpen() {
    return this.#socket?.readyState === OPEN;
  }

  /** @param {unknown} message sent as JSON if the socket is open; otherwise dropped */
  send(message) {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
  }

  #connect() {
    /** @type {WebSocket} */
    let socket;
    try {
      socket = this.#openSocket(this.#path());
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    let hasReceived = false;
    this.#timer = this.#setTimeout(() => this.#abandon(), OPEN_MS);
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      this.#clearTimeout(this.#timer);
      this.#heartbeat.restart();
      if (this.#provenBy === "open") this.#failures = 0;
      this.dispatchEvent(new Event("open"));
    };
    socket.onmessage = (event) => {
      if (this.#socket !== socket) return;
      this.#heartbeat.restart();
      this.#failures = 0;
      hasReceived = true;
      const message = JSON.parse(event.data);
      if (message.type !== "pong") this.dispatchEvent(new CustomEvent("message", { detail: message }));
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      // After a login in another window, a new connection is accepted.
      if (event?.code === CLOSE_SESSION_ENDED && !hasReceived) this.#endSession();
      else this.#abandon();
    };
  }

  /** Gives the connection up: its later events are ignored. */
  #abandon() {
    this.#clearTimeout(this.#timer);
    this.#drop();
    this.#lost();
  }

  #endSession() {
    this.stop();
    showSessionEnd();
    this.dispatchEvent(new Event("session-ended"));
  }

  #drop() {
    this.#heartbeat.stop();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #lost() {
    if (!this.#isRunning) return;
    const longest = this.#delays[Math.min(this.#failures, this.#delays.length - 1)] ?? 0;
    this.#failures += 1;
    this.#timer = this.#setTimeout(() => this.#connect(), jittered(longest, this.#random));
    this.dispatchEvent(new CustomEvent("lost", { detail: this.#failures }));
  }
}

/**
 * A delay between half of `longest` and `longest` ("equal jitter"): after a restart of the server its clients do not all
 * reconnect in the same millisecond.
 *
 * @param {number} longest in milliseconds
 * @param {() => number} random a number in [0, 1)
 * @returns {number}
 */
export function jittered(longest, random) {
  return (longest / 2) * (1 + random());
}

/**
 * @param {string} path
 * @returns {WebSocket}
 */
function openSocket(path) {
  return new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
}
