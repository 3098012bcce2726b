import assert from "node:assert/strict";
import { test } from "node:test";
import { preparedShare, progressText } from "../../../static/js/runs/progress_text.js";

test("a run that ended says after which epoch, and that there was none where there was none", () => {
  const run = { status: /** @type {const} */ ("failed"), stage: "", epochs: 5 };
  assert.equal(progressText(run, 3, false), "Failed after epoch 3 of 5");
  assert.equal(progressText(run, 0, false), "Failed before the first epoch ended");
  assert.equal(progressText({ ...run, status: "stopping" }, 3, false), "Stopping after epoch 3");
  assert.equal(progressText({ ...run, status: "running" }, 3, true), "Epoch 4 of 5");
});

test("a queued run says which place it has, once that is known", () => {
  const run = { status: /** @type {const} */ ("queued"), stage: "", epochs: 5 };
  assert.equal(progressText(run, 0, false), "Waiting for a worker");
  assert.equal(
    progressText(run, 0, false, { place: 1, expectedStart: null }),
    "Waiting for a worker, next in the queue",
  );
  assert.equal(
    progressText(run, 2, false, { place: 14, expectedStart: 250 }),
    "Waiting for a worker, number 14 in the queue, expected start in about 4 min, after epoch 2",
  );
});

test("a stage says how far it is, or not", () => {
  assert.equal(preparedShare("preparing mnist: 40%"), 0.4);
  assert.equal(preparedShare("loading mnist"), null);
});
