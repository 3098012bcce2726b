import { SESSION_ENDED, showSessionEnd } from "./session.js";

/** A request that failed; the message is a sentence for users. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status the HTTP status; 0 if there was no response
   * @param {string} [code] the stable name of the error in the response, such as "ink.empty"; "" if it has none
   */
  constructor(message, status, code = "") {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

/** A request that failed because the session has ended. */
export class SessionEndError extends ApiError {
  constructor() {
    super(SESSION_ENDED, 401, "unauthorized");
    showSessionEnd();
  }
}

/** The time for a response that takes the server no long computation. */
const TIMEOUT_MS = 20_000;
/** The time for a response to a request that is repeated every few seconds. */
export const POLL_TIMEOUT_MS = 10_000;
/** The slowest upload that is waited for: 50 kB per second. */
const BYTES_PER_MS = 50;
/** A refused Host or Origin: the settings are wrong, and no login mends it. */
const REFUSED_CODE = "request.refused";
const NO_RESPONSE = "The server does not respond.";

/**
 * The JSON of the API's response; null if the response has no content.
 *
 * @param {string} url
 * @param {{method?: string, body?: unknown, signal?: AbortSignal, timeoutMs?: number}} [request] `timeoutMs`: the time for
 *   the whole response, in addition to that for the upload of the body
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function fetchJson(url, { method = "GET", body, signal, timeoutMs = TIMEOUT_MS } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const content = body === undefined ? undefined : JSON.stringify(body);
  const waitMs = timeoutMs + (content?.length ?? 0) / BYTES_PER_MS;
  const { response, text } = await fetchText(url, { method, headers, body: content, signal }, waitMs);
  if (response.status === 204) return null;
  const answer = parsed(text);
  if (response.status === 403 && codeOf(answer) !== REFUSED_CODE) showSessionEnd();
  if (!response.ok) throw new ApiError(messageOf(answer, response.status), response.status, codeOf(answer));
  if (answer === null) throw new ApiError("The server's response is not valid JSON.", response.status);
  return answer;
}

/**
 * A response with its whole text. Every request of the pages passes here: none waits for ever on a connection that is dead
 * without being closed.
 *
 * @param {string | URL} url
 * @param {RequestInit} [request]
 * @param {number} [timeoutMs]
 * @returns {Promise<{response: Response, text: string}>}
 * @throws {ApiError} there was no response in time, or the session has ended
 */
export async function fetchText(url, request = {}, timeoutMs = TIMEOUT_MS) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  const cancel = () => abort.abort();
  request.signal?.addEventListener("abort", cancel);
  if (request.signal?.aborted) cancel();
  try {
    const options = /** @type {const} */ ({ signal: abort.signal, credentials: "same-origin", redirect: "manual" });
    const response = await fetch(url, { ...request, ...options });
    // What scripts fetch is redirected to the login page only.
    if (response.status === 401 || response.type === "opaqueredirect") throw new SessionEndError();
    return { response, text: await response.text() };
  } catch (error) {
    if (request.signal?.aborted || error instanceof ApiError) throw error;
    throw new ApiError(NO_RESPONSE, 0);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", cancel);
  }
}

/**
 * @param {string} text
 * @returns {any} null if it is not JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * A sentence for the `detail` of an error: a text, or a list of `{loc, msg}`.
 *
 * @param {any} answer the body of the response
 * @param {number} status
 * @returns {string}
 */
export function messageOf(answer, status) {
  const detail = answer?.detail;
  if (typeof detail === "string" && detail) return detail;
  if (Array.isArray(detail) && detail.length) {
    return detail.map((item) => [...(item.loc ?? []), item.msg].join(" ")).join("; ");
  }
  return status >= 500 ? "Internal error; see the server log." : `The server refused the request (${status}).`;
}

/**
 * The `code` of an error: its stable name, such as "ink.empty" or "validation".
 *
 * @param {any} answer the body of the response, or a WebSocket message
 * @returns {string} "" if it has none
 */
export function codeOf(answer) {
  return typeof answer?.code === "string" ? answer.code : "";
}

/** @returns {string} */
function csrfToken() {
  return /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}
