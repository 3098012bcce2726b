import { byId } from "../lib/elements.js";
import { errorNumber } from "../lib/format.js";
import { NOT_A_DIGIT, isNoDigit, verdictText } from "../pad/verdict.js";
import { nameOf } from "./neuron_names.js";

/**
 * @typedef {import("./diagram_state.js").Neuron} Neuron
 * @typedef {import("./diagram_state.js").Inspection} Inspection
 */

const ROWS = 10;
const LIST_MS = 500;
const ANNOUNCE_MS = 1200;

/** A drawing's effect as text: the prediction, a list of the most active neurons, and a sentence for screen readers. */
export class ActivationSummary {
  #layers;
  #onChoose;
  #list = byId("activity", HTMLElement);
  #spoken = byId("spoken", HTMLElement);
  /** @type {Inspection | null} */
  #inspection = null;
  /** @type {any} */
  #listTimer = null;
  /** @type {any} */
  #announceTimer = null;

  /**
   * @param {number[]} layers
   * @param {(neuron: Neuron) => void} onChoose
   */
  constructor(layers, onChoose) {
    this.#layers = layers;
    this.#onChoose = onChoose;
  }

  /** @param {Inspection | null} inspection null without a drawing */
  show(inspection) {
    this.#inspection = inspection;
    byId("answer-digit", HTMLElement).textContent = inspection ? String(inspection.digit) : "–";
    byId("answer-share", HTMLElement).textContent = inspection
      ? verdictText(inspection)
      : "Draw a digit, or choose an example";
    this.#listTimer ??= setTimeout(() => {
      this.#listTimer = null;
      this.#fillList();
    }, LIST_MS);
    // Announced when the pen rests, not with every stroke.
    clearTimeout(this.#announceTimer);
    this.#announceTimer = setTimeout(() => this.#announce(), ANNOUNCE_MS);
  }

  #fillList() {
    const rows = mostActive(this.#inspection?.activations ?? null, ROWS);
    byId("activity-empty", HTMLElement).hidden = rows.length > 0;
    this.#list.hidden = rows.length === 0;
    this.#list.replaceChildren(
      ...rows.map(({ neuron, value }) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "link";
        button.textContent = nameOf(this.#layers, neuron);
        button.addEventListener("click", () => this.#onChoose(neuron));
        item.append(button, errorNumber(value));
        return item;
      }),
    );
  }

  #announce() {
    const inspection = this.#inspection;
    if (!inspection) return;
    const names = mostActive(inspection.activations, 3).map(({ neuron }) => nameOf(this.#layers, neuron));
    const active = names.length ? ` Most active: ${names.join(", ")}.` : "";
    const sentence = isNoDigit([inspection])
      ? `${NOT_A_DIGIT}; the nearest is ${inspection.digit}.`
      : `Prediction: ${inspection.digit}, ${verdictText(inspection)}.`;
    this.#spoken.textContent = sentence + active;
  }
}

/**
 * The most active hidden neurons, an equal share of each layer, the strongest of a layer first.
 *
 * @param {number[][] | null} activations per layer, from the pixels to the digits
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
