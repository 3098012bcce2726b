import assert from "node:assert/strict";
import { test } from "node:test";
import { neuronAt, placeLayers } from "../../static/js/network/layout.js";
import { decodedBytes } from "../../static/js/network/signed_picture.js";

for (const [width, height] of [[1050, 540], [330, 700]]) {
  for (const sizes of [[784, 250, 10], [784, 300, 100, 10], [784, 10], [784, 4096, 10], [784, 8, 8, 8, 8, 8, 8, 8, 8, 10]]) {
    test(`every neuron of ${sizes.join("-")} has its own place inside ${width} × ${height}`, () => {
      const places = placeLayers(sizes, width ?? 0, height ?? 0);
      assert.deepEqual(places.map((place) => place.x.length), sizes);
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

test("weights come back from base64 with their signs", () => {
  const bytes = Int8Array.from([0, 1, -1, 127, -127]);
  assert.deepEqual([...decodedBytes(Buffer.from(bytes.buffer).toString("base64"))], [0, 1, -1, 127, -127]);
});
