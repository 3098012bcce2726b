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

/**
 * The JSON of the API's response; null if the response has no content.
 *
 * @param {string} url
 * @param {{method?: string, body?: unknown, signal?: AbortSignal}} [request]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function fetchJson(url, { method = "GET", body, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  /** @type {Response} */
  let response;
  try {
    const content = body === undefined ? undefined : JSON.stringify(body);
    response = await fetch(url, { method, headers, body: content, signal, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("The server does not respond.", 0);
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(messageOf(answer, response.status), response.status, codeOf(answer));
  if (answer === null) throw new ApiError("The server's response is not valid JSON.", response.status);
  return answer;
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
