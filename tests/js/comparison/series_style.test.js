import assert from "node:assert/strict";
import { test } from "node:test";

import { seriesStyle } from "../../../static/js/comparison/series_style.js";

test("of 32 lines no two have the same colour and dash", () => {
  const styles = Array.from({ length: 32 }, (_, index) => JSON.stringify(seriesStyle(index)));
  assert.equal(new Set(styles).size, 32);
});

test("neighbouring lines differ in colour and dash", () => {
  for (let index = 1; index < 24; index += 1) {
    const [before, after] = [seriesStyle(index - 1), seriesStyle(index)];
    assert.notEqual(before.number, after.number);
    if (index % 8) assert.notDeepEqual(before.dash, after.dash);
  }
});
