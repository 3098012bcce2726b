import { POLL_TIMEOUT_MS, SessionEndError, fetchJson } from "../lib/api.js";

/**
 * Polls a page of the list of runs every two seconds while the browser's tab is visible, until the session ends.
 *
 * Dispatches `runs` (detail: the runs) and `failure` (detail: a sentence, or "" after a success).
 */
export class RunListPoller extends EventTarget {
  #url;
  #milliseconds;
  #fetchJson;
  #document;
  /** @type {any} */
  #timer = null;
  #isRunning = false;

  /**
   * @param {object} options
   * @param {string} options.url
   * @param {number} [options.milliseconds]
   * @param {(url: string, request: {timeoutMs: number}) => Promise<any>} [options.fetchJson]
   * @param {Pick<Document, "hidden" | "addEventListener" | "removeEventListener">} [options.document]
   */
  constructor(options) {
    super();
    this.#url = options.url;
    this.#milliseconds = options.milliseconds ?? 2000;
    this.#fetchJson = options.fetchJson ?? fetchJson;
    this.#document = options.document ?? document;
  }

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#document.addEventListener("visibilitychange", this.#onVisibility);
    this.#wait();
  }

  stop() {
    this.#isRunning = false;
    this.#document.removeEventListener("visibilitychange", this.#onVisibility);
    clearTimeout(this.#timer);
  }

  #onVisibility = () => {
    clearTimeout(this.#timer);
    if (this.#isRunning && !this.#document.hidden) this.#poll();
  };

  #wait() {
    clearTimeout(this.#timer);
    if (this.#isRunning && !this.#document.hidden) this.#timer = setTimeout(() => this.#poll(), this.#milliseconds);
  }

  async #poll() {
    try {
      const { items } = await this.#fetchJson(this.#url, { timeoutMs: POLL_TIMEOUT_MS });
      if (!this.#isRunning) return;
      this.dispatchEvent(new CustomEvent("failure", { detail: "" }));
      this.dispatchEvent(new CustomEvent("runs", { detail: items }));
    } catch (error) {
      if (error instanceof SessionEndError) this.stop();
      const text = error instanceof Error ? error.message : String(error);
      this.dispatchEvent(new CustomEvent("failure", { detail: text }));
    }
    this.#wait();
  }
}
