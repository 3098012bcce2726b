import { ago, momentText } from "./format.js";

/**
 * Writes every `<time datetime>` in `root` in the reader's time zone: the moment, or how long ago it was where the element
 * has `data-relative`. The title has the second and the zone.
 *
 * @param {ParentNode} [root]
 */
export function showTimes(root = document) {
  const now = new Date();
  for (const time of root.querySelectorAll("time[datetime]")) {
    if (!(time instanceof HTMLTimeElement)) continue;
    const text = "relative" in time.dataset ? ago(time.dateTime, now) : momentText(time.dateTime);
    if (time.textContent !== text) time.textContent = text;
    time.title = momentText(time.dateTime, { isExact: true });
  }
}

/**
 * @param {string} iso
 * @returns {HTMLTimeElement} as the template tag `moment` makes it
 */
export function timeElement(iso) {
  const time = document.createElement("time");
  time.dateTime = iso;
  time.textContent = momentText(iso);
  time.title = momentText(iso, { isExact: true });
  return time;
}

/** Writes the times of the page now and twice a minute. */
export function keepTimes() {
  showTimes();
  setInterval(() => showTimes(), 30_000);
}
