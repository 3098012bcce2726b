import assert from "node:assert/strict";
import { test } from "node:test";
import { downsampled } from "../../../static/js/charts/downsampling.js";

const many = Array.from({ length: 10_000 }, (_, index) => index + 1);
/** @type {import("../../../static/js/charts/line_chart.js").Columns} */
const columns = [many, many.map((x) => (x === 4321 ? 50 : 1 / x)), many.map((x) => (x > 6000 ? null : 2))];

test("a long line is drawn with few points that keep its ends and its peak", () => {
  const [xs, line] = downsampled(columns, 300);
  assert.ok(xs.length <= 600);
  assert.equal(xs[0], 1);
  assert.equal(xs.at(-1), 10_000);
  assert.equal(line?.[xs.indexOf(4321)], 50);
  assert.deepEqual(
    xs,
    [...new Set(xs)].sort((a, b) => a - b),
  );
});

test("a line that ends early keeps its last point and stays empty behind it", () => {
  const [xs, , short] = downsampled(columns, 300);
  assert.equal(short?.[xs.indexOf(6000)], 2);
  assert.equal(short?.at(-1), null);
});

test("a closer look shows every true point of the part in sight", () => {
  const [xs] = downsampled(columns, 300, [5000, 5100]);
  const inSight = xs.filter((x) => x >= 5000 && x <= 5100);
  assert.deepEqual(
    inSight,
    Array.from({ length: 101 }, (_, index) => 5000 + index),
  );
  assert.equal(xs.at(-1), 10_000);
});

test("a short line is left alone", () => {
  /** @type {import("../../../static/js/charts/line_chart.js").Columns} */
  const short = [
    [1, 2],
    [3, 4],
  ];
  assert.equal(downsampled(short, 300), short);
});
