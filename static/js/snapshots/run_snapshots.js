import { fetchJson } from "../lib/api.js";
import { siteAddress } from "../lib/site.js";
import { byId, pageData } from "../lib/elements.js";
import { SnapshotPlayer } from "./snapshot_player.js";

/** @typedef {import("../lib/messages.js").RunJson} RunJson */

/** Shows the newest snapshot of a run while it trains, unless the user has selected another epoch. */
class RunSnapshots {
  #box = byId("learning", HTMLElement);
  #player = new SnapshotPlayer(this.#box.dataset.base ?? "");
  #isFetching = false;
  #isStale = false;

  start() {
    this.#player.start();
    this.#offerToPublish();
    this.#player.epochs = pageData("learning-epochs") ?? [];
    const last = this.#player.epochs.at(-1);
    if (last !== undefined) this.#player.show(last);
    if (this.#box.dataset.live) addEventListener("run-changed", this.#onChange);
  }

  /** Lets the shown epoch be published, and each epoch of the table that has a snapshot. */
  #offerToPublish() {
    const button = document.getElementById("learning-publish");
    if (!(button instanceof HTMLButtonElement)) return;
    this.#player.addEventListener("selected", (event) => {
      const epoch = /** @type {CustomEvent<number>} */ (event).detail;
      button.value = String(epoch);
      button.disabled = epoch === 0; // before training there is nothing to publish
    });
    this.#player.addEventListener("epochs", (event) =>
      dispatchEvent(new CustomEvent("stored-epochs", { detail: /** @type {CustomEvent<number[]>} */ (event).detail })),
    );
  }

  /** @param {Event} event */
  #onChange = (event) => {
    const run = /** @type {RunJson} */ (/** @type {CustomEvent} */ (event).detail);
    if (run.version !== null) {
      // The published version has the same snapshots.
      removeEventListener("run-changed", this.#onChange);
      this.#isStale = false;
      this.#player.base = siteAddress(`versions/${run.version}/learning/`);
    } else this.#refresh();
  };

  /** Fetches the list of epochs, one request at a time; changes in the meantime cause one more request. */
  async #refresh() {
    this.#isStale = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    while (this.#isStale) {
      this.#isStale = false;
      const { epochs } = await fetchJson(this.#player.list).catch(() => ({ epochs: [] }));
      if (epochs.length === 0) continue;
      const isFollowing = this.#player.isAtEnd;
      this.#player.epochs = epochs;
      if (isFollowing) await this.#player.show(epochs.at(-1));
    }
    this.#isFetching = false;
  }
}

new RunSnapshots().start();
