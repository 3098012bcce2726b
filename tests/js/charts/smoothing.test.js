import assert from "node:assert/strict";
import { test } from "node:test";
import { smoothed } from "../../../static/js/charts/smoothing.js";

test("smoothing starts at the first value and skips what is missing", () => {
  const [first, missing, third] = smoothed([4, null, 8], 0.5);
  assert.equal(first, 4);
  assert.equal(missing, null);
  assert.ok(Math.abs(/** @type {number} */ (third) - (0.25 * 4 + 0.5 * 8) / 0.75) < 1e-12);
});
