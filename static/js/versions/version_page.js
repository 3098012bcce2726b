import { epochColumns } from "../charts/epoch_columns.js";
import { learningLines } from "../charts/learning_lines.js";
import { LineChart } from "../charts/line_chart.js";
import { onScaleChange } from "../charts/scale_switch.js";
import { byId, pageData } from "../lib/elements.js";
import { significantNumber } from "../lib/format.js";
import { fetchHistory } from "../charts/epoch_history.js";

const [curve] = /** @type {import("../charts/epoch_history.js").Curve[]} */ (pageData("curves"));
const hasValidation = curve?.history.some((epoch) => epoch.validation_error != null);
const { lines, measures } = learningLines({ validation_share: hasValidation ? 1 : 0 }, "error");
const chart = new LineChart(
  byId("error-chart", HTMLElement),
  lines,
  (value, extra) => significantNumber(value, 4 + extra),
  { onZoom: (window) => window && fetchWhole() },
);

/** @param {import("../lib/messages.js").EpochJson[]} history */
function show(history) {
  chart.show(epochColumns(history, measures));
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
