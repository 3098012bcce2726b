import { fetchJson } from "../api.js";

/**
 * @typedef {import("../messages.js").Prediction} Prediction
 * @typedef {import("./teaching.js").Ink & {versions: number[]}} Question
 */

const OPEN = 1;
const ANSWER_MS = 4000;
const RETRY_MS = [1000, 2000, 5000, 15000];

/**
 * Asks what a drawing is: over a WebSocket while that is open, else by POST. One question is under way at a time, and of
 * those that wait only the newest is asked.
 *
 * Dispatches `prediction` (detail: a Prediction) and `trouble` (detail: a sentence).
 */
export class Predictor extends EventTarget {
  #openSocket;
  #fetchJson;
  #setTimeout;
  #clearTimeout;
  /** @type {WebSocket | null} */
  #socket = null;
  #isRunning = false;
  #failures = 0;
  #lastId = 0;
  /** @type {{id: number, question: Question} | null} */
  #asked = null;
  /** @type {Question | null} */
  #waiting = null;
  /** @type {any} */
  #answerTimer = null;
  /** @type {any} */
  #retryTimer = null;

  /**
   * @param {object} [options]
   * @param {() => WebSocket} [options.openSocket]
   * @param {(url: string, request: {method: string, body: unknown}) => Promise<any>} [options.fetchJson]
   * @param {(callback: () => void, ms: number) => any} [options.setTimeout]
   * @param {(timer: any) => void} [options.clearTimeout]
   */
  constructor(options = {}) {
    super();
    this.#openSocket = options.openSocket ?? openSocket;
    this.#fetchJson = options.fetchJson ?? fetchJson;
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
    this.forget();
    this.#clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Whether answers come fast enough to ask while the pen moves. */
  get isStreaming() {
    return this.#socket?.readyState === OPEN;
  }

  /** @param {Question} question */
  ask(question) {
    this.#waiting = question;
    this.#next();
  }

  /** Nothing that was asked is of interest any more. */
  forget() {
    this.#clearTimeout(this.#answerTimer);
    this.#asked = this.#waiting = null;
  }

  #next() {
    const question = this.#waiting;
    if (this.#asked || !question) return;
    this.#waiting = null;
    this.#lastId += 1;
    this.#asked = { id: this.#lastId, question };
    if (this.#socket && this.isStreaming) {
      this.#socket.send(JSON.stringify({ id: this.#lastId, ...question }));
      this.#answerTimer = this.#setTimeout(() => this.#askByPost(), ANSWER_MS);
    } else {
      this.#askByPost();
    }
  }

  /** Asks what is under way by POST: there is no socket, or it does not answer. */
  async #askByPost() {
    const asked = this.#asked;
    if (!asked) return;
    try {
      const answer = await this.#fetchJson("/api/v1/predict", { method: "POST", body: asked.question });
      this.#answered({ ...answer, id: asked.id });
    } catch (error) {
      this.#answered({ id: asked.id, detail: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @param {any} answer a Prediction, or `{id, detail}` */
  #answered(answer) {
    if (answer.id !== this.#asked?.id) return;
    this.#clearTimeout(this.#answerTimer);
    this.#asked = null;
    const type = answer.results ? "prediction" : "trouble";
    const detail = answer.results ? answer : sentenceOf(answer.detail);
    // A newer question makes a refusal of the older one void.
    if (answer.results || !this.#waiting) this.dispatchEvent(new CustomEvent(type, { detail }));
    this.#next();
  }

  #connect() {
    /** @type {WebSocket} */
    let socket;
    try {
      socket = this.#openSocket();
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
    };
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#answered(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#lost();
    };
  }

  #lost() {
    if (!this.#isRunning) return;
    this.#clearTimeout(this.#answerTimer);
    if (this.#asked) this.#askByPost();
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 15000;
    this.#failures += 1;
    this.#retryTimer = this.#setTimeout(() => this.#connect(), wait);
  }
}

/**
 * @param {unknown} detail a text, or the API's list of `{loc, msg}`
 * @returns {string}
 */
function sentenceOf(detail) {
  if (typeof detail === "string" && detail) return detail;
  if (Array.isArray(detail)) return detail.map((item) => item.msg).join("; ");
  return "The drawing could not be read.";
}

/** @returns {WebSocket} */
function openSocket() {
  return new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/predict/`);
}
