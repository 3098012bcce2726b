import { fetchJson } from "../lib/api.js";
import { ReconnectingSocket } from "../lib/reconnecting_socket.js";

/**
 * @typedef {import("../lib/messages.js").Result} Result
 * @typedef {import("../lib/messages.js").PredictReply} PredictReply
 * @typedef {Omit<Result, "digit" | "confidence" | "verdict" | "candidates" | "probabilities"> & {probabilities: number[]} &
 *   {[Field in "digit" | "confidence" | "verdict" | "candidates"]: NonNullable<Result[Field]>}} VersionPrediction
 *   the reply of one version to one drawing
 * @typedef {Omit<PredictReply, "results" | "seen"> & {results: VersionPrediction[], seen: number[]}} Prediction
 *   the reply of all versions to one drawing
 * @typedef {import("../draw/correction_panel.js").Ink & {versions: number[]}} Question
 */

const ANSWER_MS = 4000;
const RETRY_MS = [1000, 2000, 5000, 15000];

/**
 * Asks what a drawing is: over a WebSocket while that is open, else by POST. One question is under way at a time, and of
 * those that wait only the newest is asked.
 *
 * Dispatches `prediction` (detail: a Prediction) and `trouble` (detail: a sentence).
 */
export class Predictor extends EventTarget {
  #socket;
  #fetchJson;
  #setTimeout;
  #clearTimeout;
  #lastId = 0;
  /** @type {{id: number, question: Question} | null} */
  #asked = null;
  /** @type {Question | null} */
  #waiting = null;
  /** @type {any} */
  #answerTimer = null;

  /**
   * @param {object} [options]
   * @param {() => WebSocket} [options.openSocket]
   * @param {(url: string, request: {method: string, body: unknown}) => Promise<any>} [options.fetchJson]
   * @param {(callback: () => void, ms: number) => any} [options.setTimeout]
   * @param {(timer: any) => void} [options.clearTimeout]
   */
  constructor(options = {}) {
    super();
    this.#socket = new ReconnectingSocket({
      ...options,
      path: () => "/ws/predict/",
      delays: RETRY_MS,
      provenBy: "open",
    });
    this.#socket.addEventListener("message", (event) => this.#answered(/** @type {CustomEvent} */ (event).detail));
    this.#socket.addEventListener("lost", () => this.#onLost());
    this.#fetchJson = options.fetchJson ?? fetchJson;
    this.#setTimeout = options.setTimeout ?? ((callback, ms) => setTimeout(callback, ms));
    this.#clearTimeout = options.clearTimeout ?? ((timer) => clearTimeout(timer));
  }

  start() {
    this.#socket.start();
  }

  stop() {
    this.forget();
    this.#socket.stop();
  }

  /** Whether answers come fast enough to ask while the pen moves. */
  get isStreaming() {
    return this.#socket.isOpen;
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
    if (this.isStreaming) {
      this.#socket.send({ id: this.#lastId, ...question });
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

  #onLost() {
    this.#clearTimeout(this.#answerTimer);
    if (this.#asked) this.#askByPost();
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
