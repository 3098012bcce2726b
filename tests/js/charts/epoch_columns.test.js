import assert from "node:assert/strict";
import { test } from "node:test";
import { epochColumns, overlayColumns, withElapsed } from "../../../static/js/charts/epoch_columns.js";
import { epochs } from "../epochs.js";

test("an overlay has a place for every epoch of any version, empty where one has none", () => {
  assert.deepEqual(overlayColumns([epochs(1, 2), epochs(1, 2, 3)], "test_error"), [
    [1, 2, 3],
    [1, 0.5, null],
    [1, 0.5, 1 / 3],
  ]);
});

test("a value that is no number is left out of the line", () => {
  const [epoch] = epochs(1);
  assert.ok(epoch);
  assert.deepEqual(epochColumns([{ ...epoch, test_error: Number.NaN }], ["train_error", "test_error"]), [
    [1],
    [1],
    [null],
  ]);
});

test("curves are overlaid over the seconds that training took", () => {
  const histories = [withElapsed(epochs(1, 2)), withElapsed(epochs(1)).map((epoch) => ({ ...epoch, elapsed: 3 }))];
  assert.deepEqual(
    overlayColumns(histories, "train_accuracy", (epoch) => epoch.elapsed),
    [
      [2, 3, 4],
      [0.9, null, 0.9],
      [null, 0.9, null],
    ],
  );
});
