import assert from "node:assert/strict";
import { test } from "node:test";
import { tickTexts } from "../../../static/js/charts/tick_texts.js";
import { significantNumber, percent } from "../../../static/js/lib/format.js";

const error = (/** @type {number} */ value, /** @type {number} */ extra) => significantNumber(value, 4 + extra);
const share = (/** @type {number} */ value, /** @type {number} */ extra) => percent(value, 1 + extra);

test("ticks far apart have the usual digits", () => {
  assert.deepEqual(tickTexts([0.5, null, 1, 1.5], error), ["0.5", "", "1", "1.5"]);
});

test("ticks close together have as many digits as it takes to distinguish them", () => {
  assert.deepEqual(tickTexts([2.56512, 2.56514, 2.56516], error), ["2.56512", "2.56514", "2.56516"]);
  assert.deepEqual(tickTexts([0.99, 0.9902, 0.9904], share), ["99.00 %", "99.02 %", "99.04 %"]);
});

test("values that are all alike end with some text", () => {
  assert.equal(tickTexts([1, 1], error).length, 2);
});
