import { byId } from "../lib/elements.js";

const WAIT_MS = 2000;
const PARTS = ["endings", "results"];

/** The table of results while runs train: the server makes it anew when there is news, at most every two seconds. */
export class ResultsRefresher {
  #isAsked = false;

  /** There is news. */
  soon() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setTimeout(() => {
      this.#isAsked = false;
      // Whatever goes wrong may pass: the next news asks again, and the table stays as it was.
      this.#update().catch(() => {});
    }, WAIT_MS);
  }

  async #update() {
    const address = new URL(location.href);
    address.searchParams.set("part", "results");
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok) return;
    const made = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of PARTS) {
      const now = byId(id, HTMLElement);
      const then = made.getElementById(id);
      if (!then || then.innerHTML === now.innerHTML) continue;
      const scrolled = now.firstElementChild?.scrollLeft ?? 0;
      now.replaceChildren(...then.childNodes);
      if (now.firstElementChild) now.firstElementChild.scrollLeft = scrolled;
    }
  }
}
