import assert from "node:assert/strict";
import { test } from "node:test";
import { unshownCount, unshownText } from "../../../static/js/charts/log_scale.js";

/** @type {import("../../../static/js/charts/line_chart.js").Columns} */
const COLUMNS = [
  [1, 2, 3, 4, 5],
  [0.5, 0.1, 0, 0, null],
  [0.5, 0.2, 0.1, 0, 0],
];

test("an epoch counts once, however many of its lines are at 0", () => {
  assert.equal(unshownCount(COLUMNS, null), 3);
  assert.equal(unshownCount(COLUMNS, [1, 3]), 1);
});

test("what a logarithmic axis cannot show is said", () => {
  assert.equal(unshownText(3), "3 epochs at 0 are not shown: a logarithmic axis has no 0.");
  assert.equal(unshownText(1), "1 epoch at 0 is not shown: a logarithmic axis has no 0.");
  assert.equal(unshownText(0), "");
});
