import { epochColumns } from "../charts/epoch_columns.js";
import { LineChart } from "../charts/line_chart.js";
import { onScaleChange } from "../charts/scale_switch.js";
import { byId, pageData } from "../lib/elements.js";
import { significantNumber } from "../lib/format.js";
import { fetchHistory } from "../charts/epoch_history.js";

const [curve] = /** @type {import("../charts/epoch_history.js").Curve[]} */ (pageData("curves"));
const chart = new LineChart(
  byId("error-chart", HTMLElement),
  [
    { label: "Train", colour: "--train", dash: [5, 4] },
    { label: "Test", colour: "--test" },
  ],
  (value, extra) => significantNumber(value, 4 + extra),
  { onZoom: (window) => window && fetchWhole() },
);

/** @param {import("../lib/messages.js").EpochJson[]} history */
function show(history) {
  chart.show(epochColumns(history, ["train_error", "test_error"]));
}

/** Fetches every point of a downsampled curve. */
async function fetchWhole() {
  if (!curve || curve.history.length >= curve.count) return;
  curve.history = await fetchHistory("version", curve.number).catch(() => curve.history);
  show(curve.history);
}

chart.start();
show(curve?.history ?? []);
onScaleChange(byId("scale", HTMLElement), (scale) => chart.setScale(scale));
