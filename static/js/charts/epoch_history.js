import { fetchJson } from "../lib/api.js";
import { siteAddress } from "../lib/site.js";
import { withElapsed } from "./epoch_columns.js";

/**
 * @typedef {import("../lib/messages.js").EpochJson & {elapsed: number}} TimedEpoch `elapsed`: seconds of training up to
 *   the end of the epoch
 * @typedef {{number: number, title: string, count: number, history: TimedEpoch[]}} Curve the epochs of a version or run in
 *   the data of a page; `history` is downsampled if `count`, the number of epochs, is large
 */

/**
 * Every epoch of a version or run. The data of a page contains a downsampled curve if it is long; a zoom needs all points.
 *
 * @param {"version" | "run"} kind
 * @param {number} number
 * @returns {Promise<TimedEpoch[]>}
 */
export async function fetchHistory(kind, number) {
  const epochs =
    kind === "run"
      ? await fetchJson(siteAddress(`api/v1/runs/${number}/epochs`))
      : (await fetchJson(siteAddress(`api/v1/versions/${number}`))).history;
  return withElapsed(epochs);
}
