/** The path of the site, with a slash at both ends: "/", or the prefix under which a proxy publishes it. */
const BASE = globalThis.document?.documentElement.dataset.base ?? "/";

/**
 * The address of a page, a call of the API or a socket.
 *
 * @param {string} path without a slash at its beginning, such as "api/v1/runs"
 */
export function siteAddress(path) {
  return BASE + path;
}
