/**
 * The title of the run's tab: its progress first, since a tab shows few letters.
 *
 * @param {Pick<import("../lib/messages.js").RunJson, "status" | "title">} run
 * @param {number} share that is done, in [0, 1]
 */
export function tabTitle(run, share) {
  const begin = run.status === "running" ? `${Math.floor(100 * share)} %` : WORDS[run.status];
  return `${begin ? `${begin} · ` : ""}${run.title} · Digit Lab`;
}

/** @type {Record<string, string>} */
const WORDS = Object.freeze({
  queued: "Waiting",
  stopping: "Stopping",
  completed: "Done",
  failed: "Failed",
  stopped: "Stopped",
});
