import { columnsOf } from "../charts/curves.js";
import { LineChart } from "../charts/line_chart.js";
import { onScaleChange } from "../charts/scale_switch.js";
import { byId, pageData } from "../elements.js";
import { errorNumber } from "../format.js";
import { fullHistory } from "./full_history.js";

const [curve] = /** @type {import("../messages.js").Curve[]} */ (pageData("curves"));
const chart = new LineChart(
  byId("error-chart", HTMLElement),
  [
    { label: "Train", colour: "--train", dash: [5, 4] },
    { label: "Test", colour: "--test" },
  ],
  errorNumber,
  { onZoom: (window) => window && fetchWhole() },
);

/** @param {import("../messages.js").Epoch[]} history */
function show(history) {
  chart.show(columnsOf(history, ["train_error", "test_error"]));
}

/** A long curve comes thinned; a closer look wants its true points. */
async function fetchWhole() {
  if (!curve || curve.history.length >= curve.count) return;
  curve.history = await fullHistory("version", curve.number).catch(() => curve.history);
  show(curve.history);
}

chart.start();
show(curve?.history ?? []);
onScaleChange(byId("scale", HTMLElement), (scale) => chart.setScale(scale));
