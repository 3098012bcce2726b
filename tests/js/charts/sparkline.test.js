import assert from "node:assert/strict";
import { test } from "node:test";
import { polyline } from "../../../static/js/charts/sparkline.js";

test("a small curve fills its box from left to right, high values on top", () => {
  assert.equal(polyline([3, 2, 1], 96, 28), "2.0,2.0 48.0,14.0 94.0,26.0");
  assert.equal(polyline([5], 96, 28), "2.0,26.0");
});
