import assert from "node:assert/strict";
import { test } from "node:test";
import { mostActive } from "../../static/js/network/activity.js";
import { neuronBeside, placeLayers } from "../../static/js/network/layout.js";
import { nameOf, neuronIn } from "../../static/js/network/naming.js";
import { atRest, whileReading } from "../../static/js/network/reading.js";
import { moved, MOST, showing, WHOLE, zoomed } from "../../static/js/network/view.js";

test("zooming keeps what is under the pointer where it is", () => {
  const view = zoomed(WHOLE, 3, 200, 100, 800, 500);
  assert.deepEqual([200 * view.scale + view.left, 100 * view.scale + view.top], [200, 100]);
});

test("one can look neither farther than at the whole nor closer than the most", () => {
  assert.equal(zoomed(WHOLE, 0.1, 0, 0, 800, 500).scale, 1);
  assert.equal(zoomed(WHOLE, 1e9, 0, 0, 800, 500).scale, MOST);
});

test("the picture cannot be moved out of sight", () => {
  const near = zoomed(WHOLE, 2, 0, 0, 800, 500);
  assert.deepEqual(moved(near, 5000, 5000, 800, 500), { scale: 2, left: 0, top: 0 });
  assert.deepEqual(moved(near, -5000, -5000, 800, 500), { scale: 2, left: -800, top: -500 });
});

test("a neuron that the keys reach is brought on the screen", () => {
  const near = zoomed(WHOLE, 8, 0, 0, 800, 500);
  const view = showing(near, 700, 400, 800, 500);
  const [x, y] = [700 * view.scale + view.left, 400 * view.scale + view.top];
  assert.ok(x > 0 && x < 800 && y > 0 && y < 500);
});

test("arrow keys go from a neuron to the next in their direction, and across layers", () => {
  const places = placeLayers([784, 250, 10], 1050, 540);
  const down = neuronBeside(places, { layer: 1, index: 4 }, "ArrowDown");
  assert.deepEqual(down, { layer: 1, index: 5 });
  assert.deepEqual(neuronBeside(places, down, "ArrowUp"), { layer: 1, index: 4 });
  /** @type {{layer: number, index: number}} */
  let at = { layer: 1, index: 4 };
  for (let step = 0; step < 30; step += 1) at = neuronBeside(places, at, "ArrowRight");
  assert.equal(at.layer, 2);
  assert.deepEqual(neuronBeside(places, at, "ArrowRight"), at);
});

test("every neuron can be reached with arrow keys", () => {
  const places = placeLayers([784, 40, 12, 10], 900, 500);
  const seen = new Set(["1 0"]);
  const waiting = [{ layer: 1, index: 0 }];
  for (let from = waiting.pop(); from; from = waiting.pop()) {
    for (const key of /** @type {const} */ (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"])) {
      const to = neuronBeside(places, from, key);
      if (seen.has(`${to.layer} ${to.index}`)) continue;
      seen.add(`${to.layer} ${to.index}`);
      waiting.push(to);
    }
  }
  assert.equal(seen.size, 62);
});

test("an address names a neuron only if the network has it", () => {
  const layers = [784, 30, 20, 10];
  assert.deepEqual(neuronIn("?layer=2&neuron=19", layers), { layer: 2, index: 19 });
  for (const search of ["", "?layer=2&neuron=20", "?layer=0&neuron=1", "?layer=4&neuron=1", "?layer=1&neuron=-1", "?layer=1&neuron=x"]) {
    assert.equal(neuronIn(search, layers), null);
  }
});

test("a neuron is called by its layer only where there are several", () => {
  assert.equal(nameOf([784, 30, 10], { layer: 1, index: 4 }), "neuron 4");
  assert.equal(nameOf([784, 30, 20, 10], { layer: 2, index: 4 }), "neuron 4 of layer 2");
  assert.equal(nameOf([784, 30, 10], { layer: 2, index: 4 }), "digit 4");
});

test("the most active neurons of every hidden layer come first, silent ones never", () => {
  const activations = [[1, 1], [0, 3, -5, 0], [0.1, 0.2, 0], [9]];
  assert.deepEqual(mostActive(activations, 4).map(({ neuron, value }) => [neuron.layer, neuron.index, value]), [
    [1, 2, -5],
    [1, 1, 3],
    [2, 1, 0.2],
    [2, 0, 0.1],
  ]);
  assert.deepEqual(mostActive(null, 4), []);
});

test("at rest a neuron in focus shows the strongest of its own connections", () => {
  /** @type {any} */
  const summary = { layers: [784, 2, 10], connections: [[[5, 1, 0.9], [6, 0, -0.8]], [[1, 3, 0.7], [0, 2, 0.6]]] };
  const shown = atRest(summary, { layer: 1, index: 1 });
  assert.deepEqual(shown.lines[0], { sources: [5, 6], targets: [1, 0], values: [0.9, -0.8] });
  assert.deepEqual(shown.focusLines?.lines, [
    { sources: [5], targets: [1], values: [0.9] },
    { sources: [1], targets: [3], values: [0.7] },
  ]);
});

test("while it reads, what flows through the neuron in focus stands before and after its layer", () => {
  const [into, out] = [{ sources: [1], targets: [4], values: [1] }, { sources: [4], targets: [2], values: [2] }];
  /** @type {any} */
  const reading = {
    activations: [[0.5], [1], [2], [3]],
    probabilities: [1],
    inside: { lines: [], focus: { layer: 2, neuron: 4, incoming: into, outgoing: out } },
  };
  /** @type {any} */
  const summary = { connections: [[], [], []] };
  const shown = whileReading(summary, reading);
  assert.deepEqual(shown.focusLines, { focus: { layer: 2, index: 4 }, lines: [null, into, out] });
  assert.deepEqual(shown.seen, [0.5]);
});
