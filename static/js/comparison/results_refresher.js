import { fetchText } from "../lib/api.js";
import { byId } from "../lib/elements.js";

const WAIT_MS = 2000;
const PARTS = ["endings", "results"];

/** Reloads the table of results while runs train, at most every two seconds. */
export class ResultsRefresher {
  #isScheduled = false;

  /** Schedules a reload: a run has a new epoch or status. */
  refreshSoon() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(() => {
      this.#isScheduled = false;
      // After a failure the table stays as it is until the next update.
      this.#update().catch(() => {});
    }, WAIT_MS);
  }

  async #update() {
    const address = new URL(location.href);
    address.searchParams.set("part", "results");
    const { response, text } = await fetchText(address);
    if (!response.ok) return;
    const reloaded = new DOMParser().parseFromString(text, "text/html");
    for (const id of PARTS) {
      const current = byId(id, HTMLElement);
      const replacement = reloaded.getElementById(id);
      if (!replacement || replacement.innerHTML === current.innerHTML) continue;
      const scrolled = current.firstElementChild?.scrollLeft ?? 0;
      current.replaceChildren(...replacement.childNodes);
      if (current.firstElementChild) current.firstElementChild.scrollLeft = scrolled;
    }
  }
}
