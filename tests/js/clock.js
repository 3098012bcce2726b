/** Timers that move by hand; a machine that sleeps moves the time without firing them. */
export class Clock {
  ms = 0;
  #lastId = 0;
  /** @type {Map<number, {callback: () => void, at: number}>} */
  #timers = new Map();

  now = () => this.ms;

  /** @type {(callback: () => void, ms: number) => number} */
  setTimeout = (callback, ms) => {
    this.#lastId += 1;
    this.#timers.set(this.#lastId, { callback, at: this.ms + ms });
    return this.#lastId;
  };

  /** @param {number} id */
  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  /** @param {number} ms during which the timers fire, each at its time */
  async pass(ms) {
    const end = this.ms + ms;
    for (;;) {
      const [id, timer] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (id === undefined || !timer || timer.at > end) break;
      this.ms = Math.max(this.ms, timer.at);
      this.#timers.delete(id);
      timer.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.ms = end;
  }

  /** @param {number} ms during which no timer fires */
  sleep(ms) {
    this.ms += ms;
  }
}

/** A socket that opens and receives by hand; `isDead`: it accepts what is sent, and nothing arrives any more. */
export class FakeSocket {
  readyState = 0;
  isClosed = false;
  /** @type {any[]} */
  sent = [];
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;

  open() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** @param {any} message */
  receive(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Begins the closing handshake, which a dead connection never completes. */
  close() {
    this.isClosed = true;
    this.readyState = 2;
  }

  get pings() {
    return this.sent.filter((message) => message.type === "ping").length;
  }
}
