import { siteAddress } from "../lib/site.js";
import { part } from "../lib/elements.js";
import { percent } from "../lib/format.js";
import { calibrated } from "../pad/calibration.js";
import { majority } from "../pad/majority_vote.js";
import { verdictText } from "../pad/verdict.js";

/**
 * @typedef {import("../pad/predictor.js").VersionPrediction} VersionPrediction
 * @typedef {{number: number, title: string}} Version
 */

/** More cards than this show the digit and the confidence, but no bars. */
const MAX_WITH_BARS = 6;

/**
 * One card per chosen version: its digit, its confidence, and ten bars of calibrated probabilities. The page comes with the
 * cards of the first choice.
 */
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
    for (const card of box.querySelectorAll("article")) this.#cards.set(Number(card.dataset.version), card);
  }

  /** @param {Version[]} versions in the order of their cards */
  setVersions(versions) {
    const cards = versions.map((version) => this.#cards.get(version.number) ?? this.#newCard(version));
    this.#cards = new Map(
      versions.map((version, index) => [version.number, /** @type {HTMLElement} */ (cards[index])]),
    );
    this.#box.classList.toggle("is-many", cards.length > MAX_WITH_BARS);
    this.#box.replaceChildren(...cards);
  }

  /** @param {VersionPrediction[]} predictions */
  show(predictions) {
    const expected = majority(predictions);
    for (const prediction of predictions) {
      const card = this.#cards.get(prediction.version);
      if (!card) continue;
      showPrediction(card, prediction, expected !== null && prediction.digit !== expected);
    }
  }

  /** @param {string} sentence shown instead of the confidence */
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
    const title = part(card, "title", HTMLAnchorElement);
    title.textContent = version.title;
    title.href = siteAddress(`versions/${version.number}/`);
    return card;
  }
}

/**
 * @param {HTMLElement} card
 * @param {VersionPrediction} prediction
 * @param {boolean} isOdd whether it differs from the majority
 */
function showPrediction(card, prediction, isOdd) {
  card.classList.remove("is-waiting");
  card.classList.toggle("is-odd", isOdd);
  part(card, "digit", HTMLElement).textContent = String(prediction.digit);
  part(card, "sentence", HTMLElement).textContent = verdictText(prediction);
  card.classList.toggle("is-unsure", prediction.verdict !== "sure");
  setBars(card, calibrated(prediction), prediction.digit);
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
