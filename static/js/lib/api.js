/** An answer that is not what was asked for; the message is for people. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status the HTTP status; 0 when nobody answered
   */
  constructor(message, status) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/**
 * The JSON that the API answers with; null where it has nothing to say.
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
    throw new ApiError("The server does not answer.", 0);
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(detailOf(answer, response.status), response.status);
  if (answer === null) throw new ApiError("The server's answer cannot be read.", response.status);
  return answer;
}

/**
 * The sentence in an error's `detail`: a text, or a list of `{loc, msg}`.
 *
 * @param {any} answer
 * @param {number} status
 * @returns {string}
 */
export function detailOf(answer, status) {
  const detail = answer?.detail;
  if (typeof detail === "string" && detail) return detail;
  if (Array.isArray(detail) && detail.length) {
    return detail.map((item) => [...(item.loc ?? []), item.msg].join(" ")).join("; ");
  }
  return status >= 500 ? "Something went wrong on the server." : `The server refused this (${status}).`;
}

/** @returns {string} */
function csrfToken() {
  return /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}
