import { fetchJson } from "../lib/api.js";
import { siteAddress } from "../lib/site.js";

const INTERVAL_MS = 5000;

/**
 * The place of a queued run and its expected start, read anew every few seconds: other runs leave the queue without a
 * message to this one.
 */
export class QueuePosition extends EventTarget {
  #runId;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {number | null} 1 for the run that a worker claims next; null while unknown */
  place = null;
  /** @type {number | null} seconds until a worker claims it, if every run before it uses all of its epochs */
  expectedStart = null;

  /** @param {number} runId */
  constructor(runId) {
    super();
    this.#runId = runId;
  }

  start() {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#read(), INTERVAL_MS);
    this.#read();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.place = this.expectedStart = null;
  }

  async #read() {
    try {
      const run = await fetchJson(siteAddress(`api/v1/runs/${this.#runId}`));
      if (this.#timer === undefined) return;
      this.place = run.queue_position;
      this.expectedStart = run.expected_start_seconds;
      this.dispatchEvent(new Event("change"));
    } catch {
      // The next reading may succeed; the page shows the connection's state.
    }
  }
}
