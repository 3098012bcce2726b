import assert from "node:assert/strict";
import { test } from "node:test";
import { estimateText } from "../../../static/js/runs/run_estimate.js";

const measured = { seconds: 120, seconds_per_epoch: 12, run: 12, is_scaled: false };

test("an estimate names the run that it comes from", () => {
  assert.equal(estimateText(measured, false), "Takes about 2 min, as measured on run 12");
  assert.equal(estimateText({ ...measured, is_scaled: true }, false), "Takes about 2 min, estimated from run 12");
});

test("a run that may end early takes that long at most", () => {
  assert.equal(estimateText(measured, true), "Takes about 2 min at most, as measured on run 12");
});

test("without a similar run there is no number", () => {
  const unknown = { seconds: null, seconds_per_epoch: null, run: null, is_scaled: false };
  assert.equal(estimateText(unknown, false), "Time unknown: no similar run has trained here yet");
});
