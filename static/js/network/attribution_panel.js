import { byId, part } from "../lib/elements.js";
import { decodeFloat32, largestOf, paintHeatmap } from "../charts/heatmap.js";

/** @typedef {{digits: import("./diagram_state.js").Attribution[], sentence: string}} Why */

/** Attribution: what each pixel adds to the predicted digit and to the runner-up, as heat maps, numbers and a sentence. */
export class AttributionPanel {
  #box = byId("why", HTMLElement);
  /** @type {Why | null} */
  #why = null;

  /** @param {Why | null} why null without a drawing */
  show(why) {
    this.#why = why;
    byId("why-empty", HTMLElement).hidden = why !== null;
    this.#box.hidden = why === null;
    this.#box.classList.remove("is-old");
    if (!why) return;
    byId("why-sentence", HTMLElement).textContent = why.sentence;
    this.paint();
  }

  /** Marks the attribution as outdated: the pen has moved. */
  markStale() {
    this.#box.classList.add("is-old");
  }

  paint() {
    const maps = (this.#why?.digits ?? []).map((reason) => ({ reason, shares: decodeFloat32(reason.shares) }));
    // One colour scale for both heat maps makes them comparable.
    const largest = Math.max(...maps.map(({ shares }) => largestOf(shares)), 1e-9);
    maps.forEach(({ reason, shares }, index) => {
      const figure = this.#box.querySelectorAll("figure")[index];
      if (!figure) return;
      const canvas = part(figure, "map", HTMLCanvasElement);
      paintHeatmap(canvas, shares, largest);
      canvas.setAttribute("aria-label", `What each pixel adds to digit ${reason.digit}`);
      part(figure, "title", HTMLElement).textContent = `${index === 0 ? "Prediction" : "Runner-up"}: ${reason.digit}`;
      part(figure, "sum", HTMLElement).textContent = sumOf(reason);
    });
  }
}

/** @param {import("./diagram_state.js").Attribution} reason */
function sumOf({ logit, base }) {
  const added = logit - base;
  return `${number(base)} for an average image ${added < 0 ? "−" : "+"} ${number(Math.abs(added))} for this one = logit ${number(logit)}`;
}

/** @param {number} value */
function number(value) {
  return value.toFixed(2).replace("-", "−");
}
