import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_CHARACTERS, decodeInk, encodeInk } from "../../../static/js/pad/ink_code.js";
import { distanceToSegment } from "../../../static/js/pad/geometry.js";

/** @typedef {import("../../../static/js/pad/geometry.js").Point} Point */

/**
 * A spiral, as a hand draws it.
 *
 * @param {number} points
 * @param {number} [turns]
 * @returns {Point[]}
 */
function spiral(points, turns = 3) {
  return Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * turns * i) / points;
    const radius = 20 + (170 * i) / points;
    return [200 + radius * Math.cos(angle), 200 + radius * Math.sin(angle)];
  });
}

test("a drawing comes back with its strokes in order and its brush", () => {
  const strokes = /** @type {Point[][]} */ ([
    [
      [60, 60],
      [220, 60],
      [130.5, 240],
    ],
    [[-12, 401.5]],
    [
      [0, 0],
      [1, 0.5],
    ],
  ]);
  assert.deepEqual(decodeInk(encodeInk(strokes, 22)), { strokes, brush: 22 });
});

test("a drawn line comes back within a unit of the canvas", () => {
  const stroke = spiral(400);
  const [read] = decodeInk(encodeInk([stroke], 22)).strokes;
  assert.ok(read);
  for (const point of stroke) {
    const distances = read.slice(1).map((end, i) => distanceToSegment(point, /** @type {Point} */ (read[i]), end));
    assert.ok(Math.min(...distances) < 1);
  }
});

test("a digit makes a short address", () => {
  assert.ok(encodeInk([spiral(300, 1.2)], 22).length < 250);
});

test("a long scribble is made coarser until it fits", () => {
  const strokes = Array.from({ length: 20 }, (_, i) => spiral(300, 1 + (i % 4)));
  const text = encodeInk(strokes, 22);
  assert.ok(text.length <= MAX_CHARACTERS);
  assert.equal(decodeInk(text).strokes.length, 20);
});

test("what no address can hold is refused in a sentence", () => {
  const dots = Array.from({ length: 2000 }, (_, i) => /** @type {Point[]} */ ([[i, i]]));
  assert.throws(() => encodeInk(dots, 22), /too many strokes for a link/);
});

test("only letters that an address may hold are used", () => {
  assert.match(encodeInk([spiral(200)], 31), /^[A-Za-z0-9_-]+$/);
});

const WHOLE = encodeInk([spiral(30)], 22);

for (const [title, text] of Object.entries({
  nothing: "",
  "cut short": WHOLE.slice(0, -4),
  "longer than it says": `${WHOLE}AAAA`,
  "another format": `B${WHOLE.slice(1)}`,
  "no letters of ours": "%%%",
  "far too long": "A".repeat(100_000),
  "endless numbers": "Af____________8",
  "a number of strokes that nobody draws": "ASz_fw",
  "no strokes": "ASwA",
  "no brush": "AQABAQAA",
  "points far away": "ASwBAf___wH___8B",
})) {
  test(`a link with ${title} is refused in a sentence`, () => {
    assert.throws(() => decodeInk(text), /cannot be read: the link was cut or changed/);
  });
}
