/** @typedef {import("../lib/messages.js").EpochJson} EpochJson */

const RECENT = 5;

/**
 * Seconds until the end of the last epoch at the mean duration of the recent ones; null before the first epoch.
 *
 * @param {EpochJson[]} epochs in order
 * @param {number} most the run's maximum of epochs
 * @param {number} fraction done of the current epoch, in [0, 1]
 * @returns {number | null}
 */
export function remainingSeconds(epochs, most, fraction) {
  const recent = epochs.slice(-RECENT);
  const last = recent.at(-1);
  if (!last) return null;
  const mean = recent.reduce((sum, epoch) => sum + epoch.seconds, 0) / recent.length;
  return Math.max(0, most - last.epoch - fraction) * mean;
}
