const OPEN = 1;

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
 */

/**
 * A WebSocket that reconnects after a failure, with exponential back-off and jitter.
 *
 * Dispatches `message` (detail: the parsed JSON) and `lost` (detail: the number of failures in a row).
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
  /** @type {any} */
  #timer = null;

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
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
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
    socket.onopen = () => {
      if (this.#provenBy === "open") this.#failures = 0;
    };
    socket.onmessage = (event) => {
      if (this.#socket !== socket) return;
      this.#failures = 0;
      this.dispatchEvent(new CustomEvent("message", { detail: JSON.parse(event.data) }));
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#lost();
    };
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
