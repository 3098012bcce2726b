import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions, writeOptions } from "../../../static/js/comparison/chart_options.js";

test("how curves are looked at stands in the address and comes back from it", () => {
  const query = new URLSearchParams("numbers=3,5&over=seconds&smoothing=0.9&hide=v3&measure=nonsense");
  const view = readOptions(query);
  assert.deepEqual(view, { measure: "test_error", over: "seconds", scale: "linear", smoothing: 0.9, hidden: ["v3"] });
  const written = writeOptions(query, { ...view, over: "epochs", scale: "log", hidden: [] });
  assert.equal(written.toString(), "numbers=3%2C5&smoothing=0.9&scale=log");
});
