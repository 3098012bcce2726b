import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../../static/js/pad/drawing.js";

/**
 * @param {Drawing} drawing
 * @param {number} y
 */
function drawLine(drawing, y) {
  drawing.beginStroke([0, y]);
  drawing.extendStroke([
    [50, y],
    [100, y],
  ]);
  drawing.endGesture();
}

test("each stroke is one step back and one step forth", () => {
  const drawing = new Drawing();
  drawLine(drawing, 10);
  drawLine(drawing, 20);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [
    [
      [0, 10],
      [50, 10],
      [100, 10],
    ],
  ]);
  drawing.redo();
  assert.equal(drawing.strokes.length, 2);
  assert.equal(drawing.canRedo, false);
});

test("a whole wipe of the eraser is undone at once", () => {
  const drawing = new Drawing();
  drawLine(drawing, 10);
  for (const x of [20, 40, 60]) drawing.erase([x, 10], [x + 20, 10], 5);
  drawing.endGesture();
  assert.notEqual(drawing.strokes.length, 0);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [
    [
      [0, 10],
      [50, 10],
      [100, 10],
    ],
  ]);
});

test("a wipe that meets no ink is no step", () => {
  const drawing = new Drawing();
  drawLine(drawing, 10);
  drawing.erase([0, 200], [100, 200], 5);
  drawing.endGesture();
  drawing.undo();
  assert.ok(drawing.isEmpty);
});

test("clearing can be undone, and clearing nothing is no step", () => {
  const drawing = new Drawing();
  drawing.clear();
  assert.equal(drawing.canUndo, false);
  drawLine(drawing, 10);
  drawing.clear();
  assert.ok(drawing.isEmpty);
  drawing.undo();
  assert.equal(drawing.strokes.length, 1);
});

test("a new stroke after an undo ends what could be redone", () => {
  const drawing = new Drawing();
  drawLine(drawing, 10);
  drawing.undo();
  drawLine(drawing, 30);
  assert.equal(drawing.canRedo, false);
  drawing.redo();
  assert.equal(drawing.strokes[0]?.[0]?.[1], 30);
});

test("a gesture that is cancelled leaves nothing, not even a step", () => {
  const drawing = new Drawing();
  drawLine(drawing, 10);
  drawing.beginStroke([0, 20]);
  drawing.extendStroke([[100, 20]]);
  drawing.cancelGesture();
  assert.equal(drawing.strokes.length, 1);
  drawing.undo();
  assert.ok(drawing.isEmpty);
  assert.equal(drawing.canUndo, false);
});

test("a gesture of several strokes is one step", () => {
  const drawing = new Drawing();
  drawing.beginStroke([0, 0]);
  drawing.extendStroke([[0, 10]]);
  drawing.continueAt([0, 50]);
  drawing.extendStroke([[20, 50]]);
  drawing.endGesture();
  assert.equal(drawing.strokes.length, 2);
  drawing.undo();
  assert.ok(drawing.isEmpty);
});

test("an example replaces the drawing in one step", () => {
  const drawing = new Drawing();
  drawLine(drawing, 10);
  drawing.replace([[[5, 5]], [[9, 9]]]);
  assert.equal(drawing.strokes.length, 2);
  drawing.undo();
  assert.equal(drawing.strokes.length, 1);
});
