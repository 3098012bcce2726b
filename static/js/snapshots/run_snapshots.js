import { fetchJson } from "../lib/api.js";
import { byId, pageData } from "../lib/elements.js";
import { SnapshotPlayer } from "./snapshot_player.js";

/** @typedef {import("../lib/messages.js").RunJson} RunJson */

/** While a run trains, its newest snapshot is shown as soon as its epoch is there; whoever moved the slider is left alone. */
class RunSnapshots {
  #box = byId("learning", HTMLElement);
  #film = new SnapshotPlayer(this.#box.dataset.base ?? "");
  #isAsking = false;
  #isStale = false;

  start() {
    this.#film.start();
    this.#film.epochs = pageData("learning-epochs") ?? [];
    const last = this.#film.epochs.at(-1);
    if (last !== undefined) this.#film.show(last);
    if (this.#box.dataset.live) addEventListener("run-changed", this.#onChange);
  }

  /** @param {Event} event */
  #onChange = (event) => {
    const run = /** @type {RunJson} */ (/** @type {CustomEvent} */ (event).detail);
    if (run.version !== null) {
      // Its version has the snapshots now, the same ones.
      removeEventListener("run-changed", this.#onChange);
      this.#isStale = false;
      this.#film.base = `/versions/${run.version}/learning/`;
    } else this.#refresh();
  };

  /** One question at a time; of the changes meanwhile the last counts. */
  async #refresh() {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isStale) {
      this.#isStale = false;
      const { epochs } = await fetchJson(this.#film.list).catch(() => ({ epochs: [] }));
      if (epochs.length === 0) continue;
      const isFollowing = this.#film.isAtEnd;
      this.#film.epochs = epochs;
      if (isFollowing) await this.#film.show(epochs.at(-1));
    }
    this.#isAsking = false;
  }
}

new RunSnapshots().start();
