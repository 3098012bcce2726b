import assert from "node:assert/strict";
import { test } from "node:test";
import { mostActive } from "../../../static/js/network/activation_summary.js";

test("the most active neurons of every hidden layer come first, silent ones never", () => {
  const activations = [[1, 1], [0, 3, -5, 0], [0.1, 0.2, 0], [9]];
  assert.deepEqual(
    mostActive(activations, 4).map(({ neuron, value }) => [neuron.layer, neuron.index, value]),
    [
      [1, 2, -5],
      [1, 1, 3],
      [2, 1, 0.2],
      [2, 0, 0.1],
    ],
  );
  assert.deepEqual(mostActive(null, 4), []);
});
