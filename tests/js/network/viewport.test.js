import assert from "node:assert/strict";
import { test } from "node:test";
import { moved, MAX_SCALE, showing, WHOLE, zoomed } from "../../../static/js/network/viewport.js";

test("zooming keeps what is under the pointer where it is", () => {
  const view = zoomed(WHOLE, 3, 200, 100, 800, 500);
  assert.deepEqual([200 * view.scale + view.left, 100 * view.scale + view.top], [200, 100]);
});

test("one can look neither farther than at the whole nor closer than the most", () => {
  assert.equal(zoomed(WHOLE, 0.1, 0, 0, 800, 500).scale, 1);
  assert.equal(zoomed(WHOLE, 1e9, 0, 0, 800, 500).scale, MAX_SCALE);
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
