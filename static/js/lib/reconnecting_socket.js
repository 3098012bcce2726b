const OPEN = 1;

/**
 * @typedef {object} SocketOptions
 * @property {() => string} path of the address, asked anew for every connection
 * @property {number[]} waits milliseconds before each next attempt; the last one again and again
 * @property {"open" | "message"} provenBy what ends a row of failures: that it opened, or only that it said something
 * @property {(path: string) => WebSocket} [openSocket]
 * @property {(callback: () => void, ms: number) => any} [setTimeout]
 * @property {(timer: any) => void} [clearTimeout]
 */

/**
 * A WebSocket that opens again when it was lost, and waits longer each time.
 *
 * Dispatches `message` (detail: the JSON that came) and `lost` (detail: how many failures there were in a row).
 */
export class ReconnectingSocket extends EventTarget {
  #path;
  #waits;
  #provenBy;
  #openSocket;
  #setTimeout;
  #clearTimeout;
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
    this.#waits = options.waits;
    this.#provenBy = options.provenBy;
    this.#openSocket = options.openSocket ?? openSocket;
    this.#setTimeout = options.setTimeout ?? ((callback, ms) => setTimeout(callback, ms));
    this.#clearTimeout = options.clearTimeout ?? ((timer) => clearTimeout(timer));
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

  /** @param {unknown} message sent as JSON, where the socket is open */
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
    const wait = this.#waits[Math.min(this.#failures, this.#waits.length - 1)] ?? 0;
    this.#failures += 1;
    this.#timer = this.#setTimeout(() => this.#connect(), wait);
    this.dispatchEvent(new CustomEvent("lost", { detail: this.#failures }));
  }
}

/**
 * @param {string} path
 * @returns {WebSocket}
 */
function openSocket(path) {
  return new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
}
