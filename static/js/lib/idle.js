const AT_LATEST_MS = 1000;
/** For Safari, which knows no idle time. */
const PAUSE_MS = 50;

/**
 * Calls back once nothing more urgent is to be done.
 *
 * @param {() => void} callback
 */
export function whenIdle(callback) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(callback, { timeout: AT_LATEST_MS });
  else setTimeout(callback, PAUSE_MS);
}
