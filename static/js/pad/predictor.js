import { siteAddress } from "../lib/site.js";
import { ApiError, codeOf, fetchJson } from "../lib/api.js";
import { ReconnectingSocket } from "../lib/reconnecting_socket.js";

/**
 * @typedef {import("../lib/messages.js").Result} Result
 * @typedef {import("../lib/messages.js").PredictReply} PredictReply
 * @typedef {import("../lib/messages.js").PredictRequest} PredictRequest
 * @typedef {Omit<Result, "digit" | "confidence" | "verdict" | "candidates" | "temperature" | "probabilities"> & {probabilities: number[]} &
 *   {[Field in "digit" | "confidence" | "verdict" | "candidates" | "temperature"]: NonNullable<Result[Field]>}} VersionPrediction
 *   the reply of one version to one drawing
 * @typedef {Omit<PredictReply, "results" | "seen"> & {results: VersionPrediction[], seen: number[]}} Prediction
 *   the reply of all versions to one drawing
 * @typedef {{message: string, code: string}} Failure why there is no prediction: a sentence for users, and the stable name
 *   of the error, "" if it has none
 * @typedef {{strokes: readonly import("./geometry.js").Stroke[], brush: number} | {image: string}} Ink `image`: a `data:` URL
 * @typedef {Ink & Pick<PredictRequest, "activations" | "inside"> & {versions: (number | string)[]}} PredictionInput
 */

/** The code of the error for a drawing or image without ink. */
export const EMPTY_INK = "ink.empty";

/** The time for an answer over the WebSocket, after which the drawing is posted too. */
const TIMEOUT_MS = 4000;
/** The time for an answer by POST, in addition to that for the upload of an image. */
const POST_TIMEOUT_MS = 10_000;
/** Points of a drawing from which on it is posted: the server refuses messages of 256 KiB, and a point has 40 bytes at most. */
const MANY_POINTS = 5000;
const RETRY_MS = [1000, 2000, 5000, 15000];

/**
 * Requests predictions: over a WebSocket while it is open, otherwise by POST. One request is in flight at a time; of those
 * that wait only the newest is sent. A drawing without an answer in time is posted, and sent again over the next WebSocket:
 * the first answer counts. An image or a very long drawing is always posted: the answer to a ping would wait behind it.
 *
 * Dispatches `prediction` (detail: a Prediction) and `failure` (detail: a Failure).
 */
export class Predictor extends EventTarget {
  #socket;
  #fetchJson;
  #setTimeout;
  #clearTimeout;
  #lastId = 0;
  /** @type {{id: number, input: PredictionInput, wasSent: boolean, post: AbortController | null} | null} */
  #inFlight = null;
  /** @type {PredictionInput | null} */
  #waiting = null;
  /** @type {any} */
  #timeout = null;

  /**
   * @param {object} [options]
   * @param {() => WebSocket} [options.openSocket]
   * @param {(url: string, request: {method: string, body: unknown, signal: AbortSignal, timeoutMs: number}) => Promise<any>}
   *   [options.fetchJson]
   * @param {(callback: () => void, ms: number) => any} [options.setTimeout]
   * @param {(timer: any) => void} [options.clearTimeout]
   * @param {() => number} [options.now] in milliseconds
   */
  constructor(options = {}) {
    super();
    this.#socket = new ReconnectingSocket({
      ...options,
      path: () => siteAddress("ws/predict/"),
      delays: RETRY_MS,
      provenBy: "open",
    });
    this.#socket.addEventListener("message", (event) => this.#onReply(/** @type {CustomEvent} */ (event).detail));
    this.#socket.addEventListener("open", () => this.#onOpen());
    for (const type of ["lost", "session-ended"]) this.#socket.addEventListener(type, () => this.#onLost());
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

  /** Whether replies are fast enough to request predictions while the pen moves. */
  get isStreaming() {
    return this.#socket.isOpen;
  }

  /** @param {PredictionInput} input */
  request(input) {
    this.#waiting = input;
    this.#next();
  }

  /** Drops the request in flight and the waiting one: their replies are ignored. */
  forget() {
    this.#end();
    this.#waiting = null;
  }

  #next() {
    const input = this.#waiting;
    if (this.#inFlight || !input) return;
    this.#waiting = null;
    this.#lastId += 1;
    this.#inFlight = { id: this.#lastId, input, wasSent: false, post: null };
    if (this.isStreaming && isShort(input)) this.#send(this.#inFlight);
    else this.#post();
  }

  /** @param {{id: number, input: PredictionInput, wasSent: boolean}} request */
  #send(request) {
    request.wasSent = true;
    this.#socket.send({ id: request.id, ...request.input });
    this.#clearTimeout(this.#timeout);
    this.#timeout = this.#setTimeout(() => this.#post(), TIMEOUT_MS);
  }

  /** Sends the request in flight by POST: the fallback without a socket and after a timeout. */
  async #post() {
    const request = this.#inFlight;
    if (!request || request.post) return;
    request.post = new AbortController();
    const { signal } = request.post;
    try {
      const options = { method: "POST", body: request.input, signal, timeoutMs: POST_TIMEOUT_MS };
      const reply = await this.#fetchJson(siteAddress("api/v1/predict"), options);
      this.#onReply({ ...reply, id: request.id });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#onReply({ id: request.id, detail, code: error instanceof ApiError ? error.code : "" });
    }
  }

  /** @param {any} reply a Prediction, or an error: `{id, detail, code}` */
  #onReply(reply) {
    if (reply.id !== this.#inFlight?.id) return;
    this.#end();
    if (reply.results) this.dispatchEvent(new CustomEvent("prediction", { detail: reply }));
    // A failure of an older request does not matter while a newer one waits.
    else if (!this.#waiting) this.dispatchEvent(new CustomEvent("failure", { detail: failureOf(reply) }));
    this.#next();
  }

  /** Ends the request in flight: no further answer to it counts. */
  #end() {
    this.#clearTimeout(this.#timeout);
    const request = this.#inFlight;
    this.#inFlight = null;
    request?.post?.abort();
  }

  #onOpen() {
    if (this.#inFlight?.wasSent) this.#send(this.#inFlight);
  }

  #onLost() {
    this.#clearTimeout(this.#timeout);
    if (this.#inFlight) this.#post();
  }
}

/** @param {PredictionInput} input */
function isShort(input) {
  return "strokes" in input && input.strokes.reduce((count, stroke) => count + stroke.length, 0) < MANY_POINTS;
}

/**
 * @param {any} reply an error: `detail` is a text, or the API's list of `{loc, msg}`
 * @returns {Failure}
 */
function failureOf(reply) {
  const { detail } = reply;
  const code = codeOf(reply);
  if (typeof detail === "string" && detail) return { message: detail, code };
  if (Array.isArray(detail)) return { message: detail.map((item) => item.msg).join("; "), code };
  return { message: "There is no prediction for this drawing.", code };
}
