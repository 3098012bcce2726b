/** @typedef {import("../lib/messages.js").EpochJson} EpochJson */

const RECENT = 5;

/**
 * Seconds until the last epoch, if the coming ones take as long as the recent ones; null before the first.
 *
 * @param {EpochJson[]} epochs in order
 * @param {number} most epochs of the run at most
 * @param {number} fraction of the epoch under way, in [0, 1]
 * @returns {number | null}
 */
export function remainingSeconds(epochs, most, fraction) {
  const recent = epochs.slice(-RECENT);
  const last = recent.at(-1);
  if (!last) return null;
  const mean = recent.reduce((sum, epoch) => sum + epoch.seconds, 0) / recent.length;
  return Math.max(0, most - last.epoch - fraction) * mean;
}
