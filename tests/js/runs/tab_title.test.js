import assert from "node:assert/strict";
import { test } from "node:test";
import { tabTitle } from "../../../static/js/runs/tab_title.js";

test("a tab shows the progress of a run that trains, and the word for one that does not", () => {
  const run = { status: "running", title: "Run 3" };
  assert.equal(tabTitle(run, 0.429), "42 % · Run 3 · Digit Lab");
  assert.equal(tabTitle({ ...run, status: "completed" }, 1), "Done · Run 3 · Digit Lab");
  assert.equal(tabTitle({ ...run, status: "queued" }, 0), "Waiting · Run 3 · Digit Lab");
});
