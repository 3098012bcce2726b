import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf, overlaid } from "../../static/js/charts/curves.js";
import { polyline } from "../../static/js/charts/sparkline.js";
import { epochs } from "./epochs.js";

test("an overlay has a place for every epoch of any version, empty where one has none", () => {
  assert.deepEqual(overlaid([epochs(1, 2), epochs(1, 2, 3)], "test_error"), [
    [1, 2, 3],
    [1, 0.5, null],
    [1, 0.5, 1 / 3],
  ]);
});

test("a value that is no number is left out of the line", () => {
  const [epoch] = epochs(1);
  assert.ok(epoch);
  assert.deepEqual(columnsOf([{ ...epoch, test_error: Number.NaN }], ["train_error", "test_error"]), [[1], [1], [null]]);
});

test("a small curve fills its box from left to right, high values on top", () => {
  assert.equal(polyline([3, 2, 1], 96, 28), "2.0,2.0 48.0,14.0 94.0,26.0");
  assert.equal(polyline([5], 96, 28), "2.0,26.0");
});
