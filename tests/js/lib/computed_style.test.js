import assert from "node:assert/strict";
import { test } from "node:test";
import { onSchemeChange } from "../../../static/js/lib/computed_style.js";
import { Drawing } from "../../../static/js/pad/drawing.js";
import { Pad } from "../../../static/js/pad/pad.js";

/** A media query that counts its listeners. */
class FakeMediaQuery extends EventTarget {
  count = 0;

  /**
   * @override
   * @param {string} type
   * @param {EventListener} listener
   * @param {AddEventListenerOptions} [options]
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    this.count += 1;
    options?.signal?.addEventListener("abort", () => (this.count -= 1));
  }

  change() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Puts properties into the global scope while a test runs.
 *
 * @param {import("node:test").TestContext} t
 * @param {Record<string, unknown>} properties
 */
function stub(t, properties) {
  const scope = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
  for (const [name, value] of Object.entries(properties)) {
    const before = scope[name];
    scope[name] = value;
    t.after(() => (scope[name] = before));
  }
}

test("a listener of the colour scheme is called, also before printing, until its signal is aborted", (t) => {
  const [query, print] = [new FakeMediaQuery(), new FakeMediaQuery()];
  stub(t, { matchMedia: (/** @type {string} */ media) => (media === "print" ? print : query) });
  let calls = 0;
  const controller = new AbortController();
  onSchemeChange(() => (calls += 1), controller.signal);
  query.change();
  print.change();
  controller.abort();
  query.change();
  print.change();
  assert.equal(calls, 2);
});

test("a pad that was stopped listens to nothing, however often it was started", (t) => {
  const query = new FakeMediaQuery();
  class FakeObserver {
    observe() {}
    disconnect() {}
  }
  stub(t, {
    matchMedia: () => query,
    ResizeObserver: FakeObserver,
    devicePixelRatio: 1,
    document: {},
    getComputedStyle: () => ({ getPropertyValue: () => "" }),
  });
  const context = new Proxy({}, { get: () => () => {} });
  const canvas = Object.assign(new EventTarget(), { clientWidth: 400, width: 0, height: 0, getContext: () => context });
  const pad = new Pad(/** @type {any} */ (canvas), new Drawing());
  for (let round = 0; round < 3; round += 1) {
    pad.start();
    pad.start();
    assert.equal(query.count, 2);
    pad.stop();
    assert.equal(query.count, 0);
  }
});
