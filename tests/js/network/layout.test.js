import assert from "node:assert/strict";
import { test } from "node:test";
import { neuronAt, neuronBeside, placeLayers } from "../../../static/js/network/layout.js";

for (const [width, height] of [
  [1050, 540],
  [330, 700],
]) {
  for (const sizes of [
    [784, 250, 10],
    [784, 300, 100, 10],
    [784, 10],
    [784, 4096, 10],
    [784, 8, 8, 8, 8, 8, 8, 8, 8, 10],
  ]) {
    test(`every neuron of ${sizes.join("-")} has its own place inside ${width} × ${height}`, () => {
      const places = placeLayers(sizes, width ?? 0, height ?? 0);
      assert.deepEqual(
        places.map((place) => place.x.length),
        sizes,
      );
      for (const place of places) {
        const spots = new Set([...place.x].map((x, i) => `${x.toFixed(3)} ${place.y[i]?.toFixed(3)}`));
        assert.equal(spots.size, place.x.length);
        assert.ok([...place.x].every((x) => x > 0 && x < (width ?? 0)));
        assert.ok([...place.y].every((y) => y > 0 && y < (height ?? 0)));
      }
    });
  }
}

test("pointing at a neuron finds it, and pixels are not neurons", () => {
  const places = placeLayers([784, 250, 10], 1050, 540);
  const [input, hidden, output] = places;
  assert.deepEqual(neuronAt(places, hidden?.x[42] ?? 0, hidden?.y[42] ?? 0), { layer: 1, index: 42 });
  assert.deepEqual(neuronAt(places, output?.x[7] ?? 0, output?.y[7] ?? 0), { layer: 2, index: 7 });
  assert.equal(neuronAt(places, input?.x[400] ?? 0, input?.y[400] ?? 0), null);
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
