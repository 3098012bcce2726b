import assert from "node:assert/strict";
import { test } from "node:test";
import { overlaid, withElapsed } from "../../static/js/charts/curves.js";
import { smoothed } from "../../static/js/charts/smoothing.js";
import { thinned } from "../../static/js/charts/thinning.js";
import { readView, writtenView } from "../../static/js/versions/compare_view.js";
import { epochs } from "./epochs.js";

const many = Array.from({ length: 10_000 }, (_, index) => index + 1);
/** @type {import("../../static/js/charts/line_chart.js").Columns} */
const columns = [many, many.map((x) => (x === 4321 ? 50 : 1 / x)), many.map((x) => (x > 6000 ? null : 2))];

test("a long line is drawn with few points that keep its ends and its peak", () => {
  const [xs, line] = thinned(columns, 300);
  assert.ok(xs.length <= 600);
  assert.equal(xs[0], 1);
  assert.equal(xs.at(-1), 10_000);
  assert.equal(line?.[xs.indexOf(4321)], 50);
  assert.deepEqual(xs, [...new Set(xs)].sort((a, b) => a - b));
});

test("a line that ends early keeps its last point and stays empty behind it", () => {
  const [xs, , short] = thinned(columns, 300);
  assert.equal(short?.[xs.indexOf(6000)], 2);
  assert.equal(short?.at(-1), null);
});

test("a closer look shows every true point of the part in sight", () => {
  const [xs] = thinned(columns, 300, [5000, 5100]);
  const inSight = xs.filter((x) => x >= 5000 && x <= 5100);
  assert.deepEqual(inSight, Array.from({ length: 101 }, (_, index) => 5000 + index));
  assert.equal(xs.at(-1), 10_000);
});

test("a short line is left alone", () => {
  /** @type {import("../../static/js/charts/line_chart.js").Columns} */
  const short = [[1, 2], [3, 4]];
  assert.equal(thinned(short, 300), short);
});

test("smoothing starts at the first value and skips what is missing", () => {
  const [first, missing, third] = smoothed([4, null, 8], 0.5);
  assert.equal(first, 4);
  assert.equal(missing, null);
  assert.ok(Math.abs(/** @type {number} */ (third) - (0.25 * 4 + 0.5 * 8) / 0.75) < 1e-12);
});

test("curves are overlaid over the seconds that training took", () => {
  const histories = [withElapsed(epochs(1, 2)), withElapsed(epochs(1)).map((epoch) => ({ ...epoch, elapsed: 3 }))];
  assert.deepEqual(overlaid(histories, "train_accuracy", (epoch) => epoch.elapsed), [
    [2, 3, 4],
    [0.9, null, 0.9],
    [null, 0.9, null],
  ]);
});

test("how curves are looked at stands in the address and comes back from it", () => {
  const query = new URLSearchParams("numbers=3,5&over=seconds&smoothing=0.9&hide=v3&measure=nonsense");
  const view = readView(query);
  assert.deepEqual(view, { measure: "test_error", over: "seconds", scale: "linear", smoothing: 0.9, hidden: ["v3"] });
  const written = writtenView(query, { ...view, over: "epochs", scale: "log", hidden: [] });
  assert.equal(written.toString(), "numbers=3%2C5&smoothing=0.9&scale=log");
});
