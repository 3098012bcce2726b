import { fetchJson } from "../lib/api.js";
import { roughDuration } from "../lib/format.js";
import { siteAddress } from "../lib/site.js";

const DELAY_MS = 300;
/** The fields that the time of an epoch, or the number of epochs, depends on. */
const SENT = [
  "dataset",
  "hidden_layers",
  "optimizer",
  "batch_size",
  "epochs",
  "augmentation",
  "engine",
  "from_version",
];

/** The time that the run in a form would take, estimated again after each change of a field. */
export class RunEstimate {
  #form;
  #output;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {AbortController | undefined} */
  #request;

  /**
   * @param {HTMLFormElement} form of a run
   * @param {HTMLOutputElement} output
   */
  constructor(form, output) {
    this.#form = form;
    this.#output = output;
  }

  start() {
    this.#form.addEventListener("change", this.refresh);
    this.refresh();
  }

  stop() {
    this.#form.removeEventListener("change", this.refresh);
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  refresh = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), DELAY_MS);
  };

  async #read() {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const fields = new FormData(this.#form);
      const body = Object.fromEntries([...fields].filter(([name, value]) => value !== "" && SENT.includes(name)));
      const address = siteAddress("api/v1/runs/estimate");
      const estimate = await fetchJson(address, { method: "POST", body, signal: request.signal });
      const mayEndEarly = Boolean(fields.get("error_threshold") || fields.get("patience"));
      this.#output.value = estimateText(estimate, mayEndEarly);
    } catch {
      // A field is not filled in yet, or the server is away: the form says so when it is sent.
      if (!request.signal.aborted) this.#output.value = "";
    }
  }
}

/**
 * @param {{seconds: number | null, seconds_per_epoch: number | null, run: number | null, is_scaled: boolean}} estimate
 * @param {boolean} mayEndEarly
 * @returns {string} such as "Takes about 2 min at most, as measured on run 12"
 */
export function estimateText(estimate, mayEndEarly) {
  if (estimate.seconds === null) return "Time unknown: no similar run has trained here yet";
  const time = `Takes ${roughDuration(estimate.seconds)}${mayEndEarly ? " at most" : ""}`;
  return `${time}, ${estimate.is_scaled ? "estimated from" : "as measured on"} run ${estimate.run}`;
}
