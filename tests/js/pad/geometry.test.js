import assert from "node:assert/strict";
import { test } from "node:test";
import { densified, distanceToSegment, erased, partsInside } from "../../../static/js/pad/geometry.js";

/** @type {import("../../../static/js/pad/geometry.js").Point[]} */
const LINE = [
  [0, 0],
  [100, 0],
];

test("a densified stroke has no two neighbours further apart than asked, and keeps its own points", () => {
  const points = densified(
    [
      [0, 0],
      [10, 0],
      [10, 35],
    ],
    4,
  );
  const gaps = points.slice(1).map(([x, y], i) => Math.hypot(x - (points[i]?.[0] ?? 0), y - (points[i]?.[1] ?? 0)));
  assert.ok(Math.max(...gaps) <= 4 + 1e-9);
  assert.ok(points.some(([x, y]) => x === 10 && y === 0));
  assert.deepEqual(points.at(-1), [10, 35]);
});

test("the distance to a segment is to its nearest point, its ends included", () => {
  assert.equal(distanceToSegment([50, 7], [0, 0], [100, 0]), 7);
  assert.equal(distanceToSegment([103, 4], [0, 0], [100, 0]), 5);
  assert.equal(distanceToSegment([3, 4], [0, 0], [0, 0]), 5);
});

test("an eraser across the middle of a line cuts it in two, each part ending outside", () => {
  const parts = erased([LINE], [50, -20], [50, 20], 10);
  assert.equal(parts.length, 2);
  assert.deepEqual(parts[0]?.[0], [0, 0]);
  assert.deepEqual(parts[1]?.at(-1), [100, 0]);
  const xs = parts.flat().map(([x]) => x);
  assert.ok(xs.every((x) => Math.abs(x - 50) > 10));
  assert.ok(xs.some((x) => x > 36 && x < 40) && xs.some((x) => x > 60 && x < 64));
});

test("an eraser that moves fast leaves no ink between two of its positions", () => {
  assert.deepEqual(erased([LINE], [-10, 3], [110, 3], 10), []);
});

test("a stroke that the eraser does not touch stays the very same", () => {
  /** @type {import("../../../static/js/pad/geometry.js").Point[]} */
  const other = [
    [0, 80],
    [100, 80],
  ];
  const left = erased([LINE, other], [50, 0], [50, 0], 10);
  assert.equal(left.length, 3);
  assert.equal(left[2], other);
});

test("a dot under the eraser goes, and one beside it stays", () => {
  assert.deepEqual(erased([[[5, 5]]], [0, 5], [0, 5], 10), []);
  assert.deepEqual(erased([[[50, 5]]], [0, 5], [0, 5], 10), [[[50, 5]]]);
});

test("a path is cut exactly where it leaves the square, and begins again where it enters", () => {
  /** @type {[number, number][]} */
  const path = [
    [300, 100],
    [500, 100],
    [500, 300],
    [300, 300],
    [300, 350],
  ];
  assert.deepEqual(partsInside(path, 400), [
    [
      [300, 100],
      [400, 100],
    ],
    [
      [400, 300],
      [300, 300],
      [300, 350],
    ],
  ]);
});

test("a path that crosses the square between two points outside leaves its part inside", () => {
  assert.deepEqual(
    partsInside(
      [
        [-100, 200],
        [500, 200],
      ],
      400,
    ),
    [
      [
        [0, 200],
        [400, 200],
      ],
    ],
  );
});

test("a path outside of the square, or that only touches its corner, has no part inside", () => {
  assert.deepEqual(
    partsInside(
      [
        [401, 0],
        [401, 400],
        [500, 500],
      ],
      400,
    ),
    [],
  );
  assert.deepEqual(
    partsInside(
      [
        [-10, 10],
        [10, -10],
      ],
      400,
    ),
    [],
  );
});

test("a path that comes back only to the edge and goes on from there begins a new part", () => {
  const parts = partsInside(
    [
      [300, 100],
      [500, 100],
      [400, 200],
      [300, 200],
    ],
    400,
  );
  assert.deepEqual(parts, [
    [
      [300, 100],
      [400, 100],
    ],
    [
      [400, 200],
      [300, 200],
    ],
  ]);
});

test("a path inside of the square, also along its edge, stays as it is", () => {
  /** @type {[number, number][]} */
  const path = [
    [0, 0],
    [400, 0],
    [400, 0],
    [200, 200],
  ];
  assert.deepEqual(partsInside(path, 400), [path]);
});
