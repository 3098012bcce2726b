import assert from "node:assert/strict";
import { test } from "node:test";
import { usefulTop } from "../../../static/js/charts/useful_range.js";

test("the range ends below the line that flattens the others", () => {
  const top = usefulTop([
    [0.9, 0.3],
    [1, null, 0.2],
    [2, 1e6],
  ]);
  assert.ok(top !== null && top > 1 && top < 1.2);
});

test("lines of the same size need no limit, nor does one alone, nor none", () => {
  assert.equal(usefulTop([[0.5], [1.4], [3]]), null);
  assert.equal(usefulTop([[0.5, 1e9]]), null);
  assert.equal(usefulTop([]), null);
});
