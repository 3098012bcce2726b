/** After this time without a message, a ping is sent. */
const QUIET_MS = 3000;
/** The time for an answer; an event loop of the server that is busy for a moment is not a dead connection. */
const ANSWER_MS = 5000;
/** A timer that fires this much too late was held up: the machine slept, or the tab was frozen. */
const HELD_UP_MS = 2000;

/**
 * Detects a connection that is dead without being closed. Scripts cannot send the pings of the WebSocket protocol, so that
 * the ping is a message of its own, which the server answers at once, also while it computes.
 */
export class Heartbeat {
  #ping;
  #onDead;
  #setTimeout;
  #clearTimeout;
  #now;
  /** @type {any} */
  #timer = null;

  /**
   * @param {object} options
   * @param {() => void} options.ping sends a ping
   * @param {() => void} options.onDead called once: no message has arrived after a ping
   * @param {(callback: () => void, ms: number) => any} options.setTimeout
   * @param {(timer: any) => void} options.clearTimeout
   * @param {() => number} options.now in milliseconds
   */
  constructor({ ping, onDead, setTimeout, clearTimeout, now }) {
    this.#ping = ping;
    this.#onDead = onDead;
    this.#setTimeout = setTimeout;
    this.#clearTimeout = clearTimeout;
    this.#now = now;
  }

  /** Restarts the wait: the connection has opened, or a message has arrived. */
  restart() {
    this.stop();
    this.#timer = this.#setTimeout(() => this.#check(), QUIET_MS);
  }

  stop() {
    this.#clearTimeout(this.#timer);
    this.#timer = null;
  }

  #check() {
    const sentAt = this.#now();
    this.#timer = this.#setTimeout(() => {
      // An answer may wait in the queue behind a timer that was held up: one more ping decides.
      if (this.#now() - sentAt > ANSWER_MS + HELD_UP_MS) this.#check();
      else this.#onDead();
    }, ANSWER_MS);
    this.#ping();
  }
}
