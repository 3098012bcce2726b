import { part } from "../lib/elements.js";
import { percent } from "../lib/format.js";
import { majority } from "../pad/majority_vote.js";

/**
 * @typedef {import("../pad/predictor.js").VersionPrediction} VersionPrediction
 * @typedef {{number: number, title: string}} Version
 */

/** More cards than this show digits and sureness, but no bars. */
const MANY = 6;

/** One card per version that is asked: its digit, how sure it is, and ten bars. */
export class PredictionCards {
  #box;
  #template;
  /** @type {Map<number, HTMLElement>} */
  #cards = new Map();

  /**
   * @param {HTMLElement} box
   * @param {HTMLTemplateElement} template
   */
  constructor(box, template) {
    this.#box = box;
    this.#template = template;
  }

  /** @param {Version[]} versions in the order of their cards */
  setVersions(versions) {
    const cards = versions.map((version) => this.#cards.get(version.number) ?? this.#newCard(version));
    this.#cards = new Map(
      versions.map((version, index) => [version.number, /** @type {HTMLElement} */ (cards[index])]),
    );
    this.#box.classList.toggle("is-many", cards.length > MANY);
    this.#box.replaceChildren(...cards);
  }

  /**
   * @param {VersionPrediction[]} readings
   * @param {{isDigit: boolean}} ink whether it looks like a digit at all: how sure a version is counts only then
   */
  show(readings, { isDigit }) {
    const expected = majority(readings);
    for (const reading of readings) {
      const card = this.#cards.get(reading.version);
      if (!card) continue;
      showReading(card, reading, expected !== null && reading.digit !== expected);
      if (!isDigit) showDoubt(card);
    }
  }

  /** @param {string} sentence what stands where the answers were */
  clear(sentence) {
    for (const card of this.#cards.values()) {
      card.classList.add("is-waiting");
      card.classList.remove("is-odd", "is-unsure");
      part(card, "digit", HTMLElement).textContent = "–";
      part(card, "sentence", HTMLElement).textContent = sentence;
      setBars(
        card,
        Array.from({ length: 10 }, () => 0),
        -1,
      );
    }
  }

  /** @param {Version} version */
  #newCard(version) {
    const fragment = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const card = /** @type {HTMLElement} */ (fragment.firstElementChild);
    card.dataset.version = String(version.number);
    card.classList.add("is-waiting");
    const title = part(card, "title", HTMLAnchorElement);
    title.textContent = version.title;
    title.href = `/versions/${version.number}/`;
    part(card, "bars", HTMLElement).append(...Array.from({ length: 10 }, (_, digit) => newBar(digit)));
    return card;
  }
}

/**
 * @param {HTMLElement} card
 * @param {VersionPrediction} reading
 * @param {boolean} isOdd whether it stands against most others
 */
function showReading(card, reading, isOdd) {
  card.classList.remove("is-waiting");
  card.classList.toggle("is-odd", isOdd);
  part(card, "digit", HTMLElement).textContent = String(reading.digit);
  part(card, "sentence", HTMLElement).textContent = sureness(reading);
  card.classList.toggle("is-unsure", reading.verdict === "unsure");
  setBars(card, reading.probabilities, reading.digit);
}

/** @param {HTMLElement} card of an answer to what is no digit */
function showDoubt(card) {
  card.classList.add("is-unsure");
  part(card, "sentence", HTMLElement).textContent = "the nearest digit";
}

/**
 * @param {Pick<VersionPrediction, "confidence" | "verdict" | "candidates">} reading
 * @returns {string} "98.1 % sure", or between which digits it wavers
 */
export function sureness({ confidence, verdict, candidates }) {
  if (verdict === "sure") return `${percent(confidence, 1)} sure`;
  if (candidates.length < 2) return `unsure: ${percent(confidence, 1)}`;
  return `unsure between ${candidates.slice(0, -1).join(", ")} and ${candidates.at(-1)}`;
}

/**
 * @param {HTMLElement} card
 * @param {number[]} probabilities
 * @param {number} best
 */
function setBars(card, probabilities, best) {
  [...part(card, "bars", HTMLElement).children].forEach((bar, digit) => {
    const share = probabilities[digit] ?? 0;
    bar.classList.toggle("is-best", digit === best);
    part(bar, "fill", HTMLElement).style.transform = `scaleX(${share})`;
    part(bar, "share", HTMLElement).textContent = best < 0 ? "" : percent(share, 1);
  });
}

/** @param {number} digit */
function newBar(digit) {
  const bar = document.createElement("li");
  bar.className = "bar";
  const label = document.createElement("span");
  label.textContent = String(digit);
  const track = document.createElement("span");
  track.className = "bar__track";
  const fill = document.createElement("span");
  fill.className = "bar__fill";
  fill.dataset.part = "fill";
  track.append(fill);
  const share = document.createElement("span");
  share.className = "bar__share";
  share.dataset.part = "share";
  bar.append(label, track, share);
  return bar;
}
