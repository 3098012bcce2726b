import { overlaid } from "../charts/curves.js";
import { LineChart } from "../charts/line_chart.js";
import { onScaleChange } from "../charts/scale_switch.js";
import { byId, pageData } from "../elements.js";
import { errorNumber, percent } from "../format.js";

/** @typedef {import("../charts/curves.js").Measure} Measure */

// Beside their colours, so that no one has to tell eight of those apart.
const DASHES = [undefined, [6, 4], [2, 3], [9, 3, 2, 3]];

const curves = /** @type {import("../messages.js").Curve[]} */ (pageData("curves"));
const measure = byId("measure", HTMLSelectElement);
const lines = curves.map((curve, index) => ({
  label: curve.title,
  colour: `--series-${index + 1}`,
  dash: DASHES[index % DASHES.length],
}));

/** @param {number} value */
function format(value) {
  return measure.value.endsWith("accuracy") ? percent(value, 1) : errorNumber(value);
}

const chart = new LineChart(byId("compare-chart", HTMLElement), lines, format);

function show() {
  const histories = curves.map((curve) => curve.history);
  chart.show(overlaid(histories, /** @type {Measure} */ (measure.value)));
}

chart.start();
show();
measure.addEventListener("change", show);
onScaleChange(byId("scale", HTMLElement), (scale) => chart.setScale(scale));
