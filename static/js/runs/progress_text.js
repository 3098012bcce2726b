import { capitalised, roughDuration } from "../lib/format.js";

/**
 * The progress of a run in a few words.
 *
 * @param {Pick<import("../lib/messages.js").RunJson, "status" | "stage" | "epochs">} run
 * @param {number} last finished epoch; 0 before the first
 * @param {boolean} isUnderWay whether the next epoch has begun
 * @param {{place: number | null, expectedStart: number | null}} [queue] of a queued run: its place, 1 for the next, and
 *   the seconds until it starts; null while unknown
 */
export function progressText(run, last, isUnderWay, { place, expectedStart } = { place: null, expectedStart: null }) {
  if (run.stage) return capitalised(run.stage);
  if (run.status === "queued") {
    const turn = place === null ? "" : place === 1 ? ", next in the queue" : `, number ${place} in the queue`;
    const start = expectedStart === null ? "" : `, expected start in ${roughDuration(expectedStart)}`;
    return `Waiting for a worker${turn}${start}${last ? `, after epoch ${last}` : ""}`;
  }
  if (run.status === "completed") return `Done after ${last} epoch${last === 1 ? "" : "s"}`;
  if (run.status === "running")
    return `Epoch ${Math.min(run.epochs, isUnderWay ? last + 1 : Math.max(1, last))} of ${run.epochs}`;
  if (!last) return `${capitalised(run.status)} before the first epoch ended`;
  return `${capitalised(run.status)} after epoch ${last}${run.status === "stopping" ? "" : ` of ${run.epochs}`}`;
}

/**
 * @param {string} stage of a run before its first epoch, such as "preparing mnist: 40%"
 * @returns {number | null} how far it is, in [0, 1]; null if the stage does not say
 */
export function preparedShare(stage) {
  const percent = /(\d+)%$/.exec(stage)?.[1];
  return percent === undefined ? null : Number(percent) / 100;
}
