import { byId } from "../lib/elements.js";
import { errorNumber, percent } from "../lib/format.js";
import { nameOf } from "./neuron_names.js";

/**
 * @typedef {import("./diagram_state.js").Neuron} Neuron
 * @typedef {import("./diagram_state.js").Reading} Reading
 */

const ROWS = 10;
const TABLE_MS = 500;
const SPEAK_MS = 1200;

/** What a drawing does, without a picture: the answer, a table of the most active neurons, and a sentence to listen to. */
export class ActivationSummary {
  #layers;
  #onChoose;
  #table = byId("activity", HTMLTableElement);
  #spoken = byId("spoken", HTMLElement);
  /** @type {Reading | null} */
  #reading = null;
  /** @type {any} */
  #tableTimer = null;
  /** @type {any} */
  #speakTimer = null;

  /**
   * @param {number[]} layers
   * @param {(neuron: Neuron) => void} onChoose
   */
  constructor(layers, onChoose) {
    this.#layers = layers;
    this.#onChoose = onChoose;
  }

  /** @param {Reading | null} reading null: nothing is drawn */
  show(reading) {
    this.#reading = reading;
    byId("answer-digit", HTMLElement).textContent = reading ? String(reading.digit) : "–";
    byId("answer-share", HTMLElement).textContent = reading
      ? `${percent(reading.probabilities[reading.digit], 1)} sure`
      : "Draw a digit, or take an example";
    this.#tableTimer ??= setTimeout(() => {
      this.#tableTimer = null;
      this.#fillTable();
    }, TABLE_MS);
    // Spoken once the pen rests: not every stroke.
    clearTimeout(this.#speakTimer);
    this.#speakTimer = setTimeout(() => this.#speak(), SPEAK_MS);
  }

  #fillTable() {
    const rows = mostActive(this.#reading?.activations ?? null, ROWS);
    byId("activity-empty", HTMLElement).hidden = rows.length > 0;
    this.#table.hidden = rows.length === 0;
    this.#table.tBodies[0]?.replaceChildren(
      ...rows.map(({ neuron, value }) => {
        const row = document.createElement("tr");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "link";
        button.textContent = nameOf(this.#layers, neuron);
        button.addEventListener("click", () => this.#onChoose(neuron));
        row.insertCell().append(button);
        const cell = row.insertCell();
        cell.className = "is-number";
        cell.textContent = errorNumber(value);
        return row;
      }),
    );
  }

  #speak() {
    const reading = this.#reading;
    if (!reading) return;
    const names = mostActive(reading.activations, 3).map(({ neuron }) => nameOf(this.#layers, neuron));
    const active = names.length ? ` Most active: ${names.join(", ")}.` : "";
    this.#spoken.textContent = `It reads ${reading.digit}, ${percent(reading.probabilities[reading.digit], 0)} sure.${active}`;
  }
}

/**
 * The hidden neurons that are most active, of each layer an equal share, the strongest of a layer first.
 *
 * @param {number[][] | null} activations per layer, pixels first, digits last
 * @param {number} most
 * @returns {{neuron: Neuron, value: number}[]}
 */
export function mostActive(activations, most) {
  const hidden = (activations ?? []).slice(1, -1);
  const share = Math.max(2, Math.floor(most / Math.max(1, hidden.length)));
  return hidden.flatMap((values, at) =>
    values
      .map((value, index) => ({ neuron: { layer: at + 1, index }, value }))
      .filter(({ value }) => value !== 0)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, share),
  );
}
