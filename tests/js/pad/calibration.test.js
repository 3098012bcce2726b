import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrated } from "../../../static/js/pad/calibration.js";

test("the largest calibrated probability is the confidence that the server sends", () => {
  // As `how_sure` computes it: 0.9^(1/2) / (0.9^(1/2) + 0.1^(1/2)).
  const shares = calibrated({ probabilities: [0.9, 0.1, 0, 0, 0, 0, 0, 0, 0, 0], temperature: 2 });
  assert.ok(Math.abs((shares[0] ?? 0) - 0.75) < 1e-9);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-12);
});

test("at temperature 1 the probabilities stay as they are", () => {
  const probabilities = [0.5, 0.3, 0.2];
  calibrated({ probabilities, temperature: 1 }).forEach((share, digit) => {
    assert.ok(Math.abs(share - (probabilities[digit] ?? 0)) < 1e-12);
  });
});
