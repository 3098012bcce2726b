import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf } from "../../static/js/api.js";
import { ListPoller } from "../../static/js/runs/list_poller.js";
import { parameterCount } from "../../static/js/runs/parameter_count.js";
import { progressWords } from "../../static/js/runs/progress_words.js";
import { secondsLeft } from "../../static/js/runs/time_left.js";
import { epochs } from "./epochs.js";

test("weights and biases are counted as the server counts them", () => {
  assert.equal(parameterCount("250"), 198_760);
  assert.equal(parameterCount(" 300, 100 "), 266_610);
});

test("what is no list of whole numbers has no count", () => {
  for (const text of ["", "250, abc", "250,", "0", "-5", "2.5"]) assert.equal(parameterCount(text), null, text);
});

test("the time left goes by the recent epochs and the share done of the one under way", () => {
  const done = epochs(1, 2, 3, 4, 5, 6).map((epoch) => ({ ...epoch, seconds: epoch.epoch === 1 ? 100 : 2 }));
  assert.equal(secondsLeft(done, 10, 0.5), 7);
  assert.equal(secondsLeft([], 10, 0.5), null);
  assert.equal(secondsLeft(done, 6, 0), 0);
});

test("a run that ended says after which epoch, and that there was none where there was none", () => {
  const run = { status: /** @type {const} */ ("failed"), stage: "", epochs: 5 };
  assert.equal(progressWords(run, 3, false), "Failed after epoch 3 of 5");
  assert.equal(progressWords(run, 0, false), "Failed before the first epoch ended");
  assert.equal(progressWords({ ...run, status: "stopping" }, 3, false), "Stopping after epoch 3");
  assert.equal(progressWords({ ...run, status: "running" }, 3, true), "Epoch 4 of 5");
});

test("an error of the API is told in its own words, or in plain ones", () => {
  assert.equal(detailOf({ detail: "nothing drawn" }, 422), "nothing drawn");
  assert.equal(detailOf({ detail: [{ loc: ["epochs"], msg: "is missing" }] }, 422), "epochs is missing");
  assert.equal(detailOf(null, 502), "Something went wrong on the server.");
  assert.equal(detailOf("<html>", 403), "The server refused this (403).");
});

/** A document that can be hidden by hand. */
class FakeDocument extends EventTarget {
  hidden = false;
}

test("a list is not asked for while its tab is hidden, and at once when it is seen again", async (t) => {
  const page = new FakeDocument();
  let asked = 0;
  const poller = new ListPoller({
    url: "/api/v1/runs",
    milliseconds: 5,
    document: /** @type {Document} */ (/** @type {unknown} */ (page)),
    fetchJson: async () => {
      asked += 1;
      return { items: [], next: null };
    },
  });
  t.after(() => poller.stop());
  page.hidden = true;
  poller.start();
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(asked, 0);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(asked, 1);
});

test("a list that cannot be had says so and is asked for again", async (t) => {
  /** @type {string[]} */
  const told = [];
  let asked = 0;
  const poller = new ListPoller({
    url: "/api/v1/runs",
    milliseconds: 2,
    document: /** @type {Document} */ (/** @type {unknown} */ (new FakeDocument())),
    fetchJson: async () => {
      asked += 1;
      if (asked === 1) throw new Error("The server does not answer.");
      return { items: [], next: null };
    },
  });
  t.after(() => poller.stop());
  poller.addEventListener("trouble", (event) => told.push(/** @type {CustomEvent} */ (event).detail));
  const answered = new Promise((resolve) => poller.addEventListener("runs", resolve));
  poller.start();
  await answered;
  assert.deepEqual(told, ["The server does not answer.", ""]);
});
