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
 * Calls back at every change between the light and the dark colour scheme, and before and after printing: paper is light.
 *
 * @param {() => void} callback
 * @param {AbortSignal} signal removes the listener when it is aborted
 */
export function onSchemeChange(callback, signal) {
  for (const media of ["(prefers-color-scheme: dark)", "print"])
    matchMedia(media).addEventListener("change", callback, { signal });
}
