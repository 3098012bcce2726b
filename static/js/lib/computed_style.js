/**
 * The value of a custom property of the stylesheet, such as `--accent`, in the current colour scheme.
 *
 * @param {string} name
 * @returns {string}
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Calls back at every change between the light and the dark colour scheme.
 *
 * @param {() => void} callback
 * @param {AbortSignal} signal removes the listener when it is aborted
 */
export function onSchemeChange(callback, signal) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
}
