import assert from "node:assert/strict";
import { test } from "node:test";
import { remainingSeconds } from "../../../static/js/runs/remaining_time.js";
import { epochs } from "../epochs.js";

test("the time left goes by the recent epochs and the share done of the one under way", () => {
  const done = epochs(1, 2, 3, 4, 5, 6).map((epoch) => ({ ...epoch, seconds: epoch.epoch === 1 ? 100 : 2 }));
  assert.equal(remainingSeconds(done, 10, 0.5), 7);
  assert.equal(remainingSeconds([], 10, 0.5), null);
  assert.equal(remainingSeconds(done, 6, 0), 0);
});
