import assert from "node:assert/strict";
import { test } from "node:test";
import { measureKey, readOptions, writeOptions } from "../../../static/js/comparison/chart_options.js";

const ONE = ["cross_entropy"];
const TWO = ["cross_entropy", "squared_error"];

test("how curves are looked at stands in the address and comes back from it", () => {
  const query = new URLSearchParams("numbers=3,5&over=seconds&smoothing=0.9&range=all&hide=v3&measure=nonsense");
  const view = readOptions(query, ONE);
  assert.deepEqual(view, {
    measure: "test_error",
    loss: "cross_entropy",
    over: "seconds",
    scale: "linear",
    smoothing: 0.9,
    range: "all",
    hidden: ["v3"],
  });
  const written = writeOptions(query, { ...view, over: "epochs", scale: "log", hidden: [] }, ONE);
  assert.equal(written.toString(), "numbers=3%2C5&smoothing=0.9&range=all&scale=log");
});

test("the accuracy is the default if the losses differ", () => {
  const view = readOptions(new URLSearchParams(), TWO);
  assert.equal(view.measure, "test_accuracy");
  assert.equal(writeOptions(new URLSearchParams(), view, TWO).toString(), "");
});

test("an error names its loss in the address if the losses differ", () => {
  const view = readOptions(new URLSearchParams("measure=train_error:squared_error"), TWO);
  assert.deepEqual(
    [view.measure, view.loss, measureKey(view)],
    ["train_error", "squared_error", "train_error:squared_error"],
  );
  const written = writeOptions(new URLSearchParams(), view, TWO);
  assert.deepEqual(readOptions(written, TWO), view);
});

test("an error without its loss is that of the first loss", () => {
  assert.equal(readOptions(new URLSearchParams("measure=test_error"), TWO).loss, "cross_entropy");
});
