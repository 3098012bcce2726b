import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, neuronIn } from "../../../static/js/network/neuron_names.js";

test("an address names a neuron only if the network has it", () => {
  const layers = [784, 30, 20, 10];
  assert.deepEqual(neuronIn("?layer=2&neuron=19", layers), { layer: 2, index: 19 });
  for (const search of [
    "",
    "?layer=2&neuron=20",
    "?layer=0&neuron=1",
    "?layer=4&neuron=1",
    "?layer=1&neuron=-1",
    "?layer=1&neuron=x",
  ]) {
    assert.equal(neuronIn(search, layers), null);
  }
});

test("a neuron is called by its layer only where there are several", () => {
  assert.equal(nameOf([784, 30, 10], { layer: 1, index: 4 }), "neuron 4");
  assert.equal(nameOf([784, 30, 20, 10], { layer: 2, index: 4 }), "neuron 4 of layer 2");
  assert.equal(nameOf([784, 30, 10], { layer: 2, index: 4 }), "digit 4");
});
