import { ago } from "./format.js";

/** Shows how long ago every `<time data-relative>` was, and updates the texts twice a minute. */
export function keepTimesRelative() {
  const update = () => {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      if (!(time instanceof HTMLTimeElement)) continue;
      time.title ||= new Date(time.dateTime).toLocaleString();
      time.textContent = ago(time.dateTime, new Date());
    }
  };
  update();
  setInterval(update, 30_000);
}
