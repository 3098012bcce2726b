/**
 * The value of a custom property of the stylesheet, such as `--accent`, in the scheme that is on now.
 *
 * @param {string} name
 * @returns {string}
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Calls back whenever light becomes dark or dark becomes light.
 *
 * @param {() => void} callback
 */
export function onSchemeChange(callback) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
