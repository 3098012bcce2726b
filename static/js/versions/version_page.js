import { columnsOf } from "../charts/curves.js";
import { LineChart } from "../charts/line_chart.js";
import { onScaleChange } from "../charts/scale_switch.js";
import { byId, pageData } from "../elements.js";
import { errorNumber } from "../format.js";

const [curve] = /** @type {import("../messages.js").Curve[]} */ (pageData("curves"));
const chart = new LineChart(
  byId("error-chart", HTMLElement),
  [
    { label: "Train", colour: "--train", dash: [5, 4] },
    { label: "Test", colour: "--test" },
  ],
  errorNumber,
);
chart.start();
chart.show(columnsOf(curve?.history ?? [], ["train_error", "test_error"]));
onScaleChange(byId("scale", HTMLElement), (scale) => chart.setScale(scale));
