import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionEndError } from "../../../static/js/lib/api.js";
import { RunListPoller } from "../../../static/js/runs/run_list_poller.js";

/** A document that can be hidden by hand. */
class FakeDocument extends EventTarget {
  hidden = false;
}

test("a list is not asked for while its tab is hidden, and at once when it is seen again", async (t) => {
  const page = new FakeDocument();
  let asked = 0;
  const poller = new RunListPoller({
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
  const poller = new RunListPoller({
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
  poller.addEventListener("failure", (event) => told.push(/** @type {CustomEvent} */ (event).detail));
  const answered = new Promise((resolve) => poller.addEventListener("runs", resolve));
  poller.start();
  await answered;
  assert.deepEqual(told, ["The server does not answer.", ""]);
});

test("a list is not requested after the end of the session", async (t) => {
  let asked = 0;
  const poller = new RunListPoller({
    url: "/api/v1/runs",
    milliseconds: 2,
    document: /** @type {Document} */ (/** @type {unknown} */ (new FakeDocument())),
    fetchJson: async () => {
      asked += 1;
      throw new SessionEndError();
    },
  });
  t.after(() => poller.stop());
  poller.start();
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(asked, 1);
});
