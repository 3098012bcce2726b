import { bringIntoView, byId } from "../lib/elements.js";
import { siteAddress } from "../lib/site.js";

/** The server leaves the offer out where this cookie is: to show or to hide it later would move the page. */
const DONE = "digitlab_tour=done";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * @typedef {{target: string, title: string, text: string, act?: () => void}} Step `target`: the id of the explained element;
 *   `act`: prepares the page
 */

/** A guided tour of the page; the user can leave it at any step, and it is offered once. */
export class Tour {
  #makeSteps;
  /** @type {Step[]} */
  #steps = [];
  #at = 0;
  #dialog = byId("tour", HTMLDialogElement);
  #next = byId("tour-next", HTMLButtonElement);
  #back = byId("tour-back", HTMLButtonElement);

  /** @param {() => Step[]} makeSteps steps without their target on the page are left out */
  constructor(makeSteps) {
    this.#makeSteps = makeSteps;
  }

  start() {
    byId("tour-start", HTMLButtonElement).addEventListener("click", () => this.#open());
    byId("tour-skip", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#next.addEventListener("click", () => this.#go(this.#at + 1));
    this.#back.addEventListener("click", () => this.#go(this.#at - 1));
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("keydown", this.#onKey);
    byId("tour-offer-start", HTMLButtonElement).addEventListener("click", () => this.#open());
    byId("tour-offer-skip", HTMLButtonElement).addEventListener("click", () => this.#closed());
  }

  #open() {
    this.#steps = this.#makeSteps().filter(({ target }) => document.getElementById(target));
    byId("tour-offer", HTMLElement).hidden = true;
    // Not modal: the page can be used during the tour.
    this.#dialog.show();
    this.#go(0);
  }

  #closed() {
    this.#mark(null);
    remember();
    byId("tour-offer", HTMLElement).hidden = true;
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    /** @type {Record<string, () => void>} */
    const actions = {
      Escape: () => this.#dialog.close(),
      ArrowRight: () => this.#go(this.#at + 1),
      ArrowLeft: () => this.#go(this.#at - 1),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  /** @param {number} index */
  #go(index) {
    if (index >= this.#steps.length) {
      this.#dialog.close();
      return;
    }
    this.#at = Math.max(0, index);
    const step = this.#steps[this.#at];
    if (!step) return;
    byId("tour-title", HTMLElement).textContent = step.title;
    byId("tour-text", HTMLElement).textContent = step.text;
    byId("tour-count", HTMLElement).textContent = `${this.#at + 1} of ${this.#steps.length}`;
    this.#back.disabled = this.#at === 0;
    this.#next.textContent = this.#at === this.#steps.length - 1 ? "Done" : "Next";
    step.act?.();
    this.#mark(step.target);
    this.#next.focus({ preventScroll: true });
  }

  /** @param {string | null} target */
  #mark(target) {
    for (const marked of document.querySelectorAll(".is-toured")) marked.classList.remove("is-toured");
    const element = target === null ? null : document.getElementById(target);
    element?.classList.add("is-toured");
    if (!element) return;
    // A tall element is scrolled to the top: the text of the tour is at the bottom.
    const isTall = element.clientHeight > innerHeight / 2;
    bringIntoView(element, isTall ? "start" : "center");
  }
}

/** Remembers on this device that the tour was taken or declined. */
function remember() {
  document.cookie = `${DONE}; path=${siteAddress("")}; max-age=${YEAR_SECONDS}; samesite=lax`;
}
