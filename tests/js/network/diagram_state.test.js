import assert from "node:assert/strict";
import { test } from "node:test";
import { idleState, inspectedState } from "../../../static/js/network/diagram_state.js";

test("at rest a neuron in focus shows the strongest of its own connections", () => {
  /** @type {any} */
  const summary = {
    layers: [784, 2, 10],
    connections: [
      [
        [5, 1, 0.9],
        [6, 0, -0.8],
      ],
      [
        [1, 3, 0.7],
        [0, 2, 0.6],
      ],
    ],
  };
  const shown = idleState(summary, { layer: 1, index: 1 });
  assert.deepEqual(shown.lines[0], { sources: [5, 6], targets: [1, 0], values: [0.9, -0.8] });
  assert.deepEqual(shown.focusLines?.lines, [
    { sources: [5], targets: [1], values: [0.9] },
    { sources: [1], targets: [3], values: [0.7] },
  ]);
});

test("while it reads, what flows through the neuron in focus stands before and after its layer", () => {
  const [into, out] = [
    { sources: [1], targets: [4], values: [1] },
    { sources: [4], targets: [2], values: [2] },
  ];
  /** @type {any} */
  const reading = {
    activations: [[0.5], [1], [2], [3]],
    probabilities: [1],
    inside: { lines: [], focus: { layer: 2, neuron: 4, incoming: into, outgoing: out } },
  };
  /** @type {any} */
  const summary = { connections: [[], [], []] };
  const shown = inspectedState(summary, reading);
  assert.deepEqual(shown.focusLines, { focus: { layer: 2, index: 4 }, lines: [null, into, out] });
  assert.deepEqual(shown.seen, [0.5]);
});
