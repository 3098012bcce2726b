import { ENDED } from "./run_states.js";

/**
 * A button that lets the browser notify its user when a run ends, also if another tab is in front. Browsers offer this
 * at https:// and on the same machine only; elsewhere the button stays hidden.
 */
export class EndNotification {
  #button;
  #isWanted = false;
  #hasEnded = true;

  /** @param {HTMLButtonElement} button */
  constructor(button) {
    this.#button = button;
  }

  start() {
    this.#button.addEventListener("click", this.#toggle);
  }

  stop() {
    this.#button.removeEventListener("click", this.#toggle);
  }

  /** @param {Pick<import("../lib/messages.js").RunJson, "status" | "title" | "epoch">} run */
  show(run) {
    const hasEnded = ENDED.includes(run.status);
    if (hasEnded && !this.#hasEnded && this.#isWanted) {
      const notification = new Notification(`${run.title} ${run.status === "completed" ? "is done" : run.status}`, {
        body: `After epoch ${run.epoch}`,
        tag: `digitlab ${location.pathname}`,
      });
      notification.addEventListener("click", () => focus());
    }
    this.#hasEnded = hasEnded;
    this.#button.hidden = hasEnded || !("Notification" in globalThis) || !isSecureContext;
  }

  #toggle = async () => {
    this.#isWanted = !this.#isWanted && (await Notification.requestPermission()) === "granted";
    this.#button.setAttribute("aria-pressed", String(this.#isWanted));
    if (Notification.permission === "denied") this.#button.textContent = "Notifications are blocked by the browser";
  };
}
