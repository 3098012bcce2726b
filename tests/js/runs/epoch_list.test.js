import assert from "node:assert/strict";
import { test } from "node:test";
import { EpochList } from "../../../static/js/runs/epoch_list.js";
import { epochs } from "../epochs.js";

test("epochs that come twice and in any order are each there once, in order", () => {
  const list = new EpochList();
  list.merge(epochs(1, 2));
  const added = list.merge(epochs(4, 2, 3, 3));
  assert.deepEqual(
    added.map((epoch) => epoch.epoch),
    [3, 4],
  );
  assert.deepEqual(
    list.all.map((epoch) => epoch.epoch),
    [1, 2, 3, 4],
  );
});

test("the rest is asked after the last epoch before the first gap", () => {
  const list = new EpochList();
  assert.equal(list.complete, 0);
  list.merge(epochs(1, 2, 5));
  assert.equal(list.complete, 2);
  assert.ok(list.hasGap);
  list.merge(epochs(3, 4));
  assert.equal(list.complete, 5);
  assert.equal(list.hasGap, false);
});

test("an epoch that comes first but is not number one is a gap", () => {
  const list = new EpochList();
  list.merge(epochs(7));
  assert.ok(list.hasGap);
  assert.equal(list.complete, 0);
});
