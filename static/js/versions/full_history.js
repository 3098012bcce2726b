import { fetchJson } from "../api.js";
import { withElapsed } from "../charts/curves.js";

/**
 * Every epoch of a version or run: a page carries a long curve thinned, which is enough until somebody looks closer.
 *
 * @param {"version" | "run"} kind
 * @param {number} number
 * @returns {Promise<import("../messages.js").Curve["history"]>}
 */
export async function fullHistory(kind, number) {
  const epochs =
    kind === "run"
      ? await fetchJson(`/api/v1/runs/${number}/epochs`)
      : (await fetchJson(`/api/v1/versions/${number}`)).history;
  return withElapsed(epochs);
}
