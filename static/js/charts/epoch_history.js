import { fetchJson } from "../lib/api.js";
import { withElapsed } from "./epoch_columns.js";

/**
 * Every epoch of a version or run: a page carries a long curve thinned, which is enough until somebody looks closer.
 *
 * @param {"version" | "run"} kind
 * @param {number} number
 * @returns {Promise<import("../lib/messages.js").Curve["history"]>}
 */
export async function fetchHistory(kind, number) {
  const epochs =
    kind === "run"
      ? await fetchJson(`/api/v1/runs/${number}/epochs`)
      : (await fetchJson(`/api/v1/versions/${number}`)).history;
  return withElapsed(epochs);
}
