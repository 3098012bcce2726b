import assert from "node:assert/strict";
import { test } from "node:test";
import { progressText } from "../../../static/js/runs/progress_text.js";

test("a run that ended says after which epoch, and that there was none where there was none", () => {
  const run = { status: /** @type {const} */ ("failed"), stage: "", epochs: 5 };
  assert.equal(progressText(run, 3, false), "Failed after epoch 3 of 5");
  assert.equal(progressText(run, 0, false), "Failed before the first epoch ended");
  assert.equal(progressText({ ...run, status: "stopping" }, 3, false), "Stopping after epoch 3");
  assert.equal(progressText({ ...run, status: "running" }, 3, true), "Epoch 4 of 5");
});
