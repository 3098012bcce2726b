import assert from "node:assert/strict";
import { test } from "node:test";
import { parameterCount } from "../../../static/js/runs/parameter_count.js";

test("weights and biases are counted as the server counts them", () => {
  assert.equal(parameterCount("250"), 198_760);
  assert.equal(parameterCount(" 300, 100 "), 266_610);
});

test("what is no list of whole numbers has no count", () => {
  for (const text of ["", "250, abc", "250,", "0", "-5", "2.5"]) assert.equal(parameterCount(text), null, text);
});
