const TIMEOUT_MS = 1000;
/** The fallback for browsers without `requestIdleCallback`, such as Safari. */
const FALLBACK_MS = 50;

/**
 * Calls back when the browser is idle, after a second at the latest.
 *
 * @param {() => void} callback
 */
export function whenIdle(callback) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(callback, { timeout: TIMEOUT_MS });
  else setTimeout(callback, FALLBACK_MS);
}
