/** @typedef {import("../lib/messages.js").EpochJson} EpochJson */

/** The epochs of a run, each once and in order, even if they arrive twice or out of order. */
export class EpochList {
  /** @type {Map<number, EpochJson>} */
  #byNumber = new Map();
  #complete = 0;

  /**
   * @param {EpochJson[]} epochs
   * @returns {EpochJson[]} the new ones, in order
   */
  merge(epochs) {
    const added = new Map();
    for (const epoch of epochs) {
      if (!this.#byNumber.has(epoch.epoch)) added.set(epoch.epoch, epoch);
      this.#byNumber.set(epoch.epoch, epoch);
    }
    while (this.#byNumber.has(this.#complete + 1)) this.#complete += 1;
    return inOrder([...added.values()]);
  }

  /** All epochs, in order. */
  get all() {
    return inOrder([...this.#byNumber.values()]);
  }

  get size() {
    return this.#byNumber.size;
  }

  /** The last epoch before the first gap; 0 if the first epoch is missing. */
  get complete() {
    return this.#complete;
  }

  /** Whether an epoch before a later one is missing. */
  get hasGap() {
    return this.#complete < this.#byNumber.size;
  }
}

/**
 * @param {EpochJson[]} epochs
 * @returns {EpochJson[]}
 */
function inOrder(epochs) {
  return epochs.sort((a, b) => a.epoch - b.epoch);
}
