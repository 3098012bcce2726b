import assert from "node:assert/strict";
import { test } from "node:test";
import { ActivePointer } from "../../../static/js/pad/active_pointer.js";
import { Clock } from "../clock.js";

const MOUSE = { pointerId: 1, pointerType: "mouse" };
const PALM = { pointerId: 2, pointerType: "touch" };
const FINGER = { pointerId: 3, pointerType: "touch" };
const PEN = { pointerId: 4, pointerType: "pen" };

test("one pointer draws at a time", () => {
  const pointer = new ActivePointer();
  assert.equal(pointer.down(MOUSE), "begin");
  assert.equal(pointer.down(FINGER), "ignore");
  assert.equal(pointer.up(FINGER), false);
  assert.equal(pointer.up(MOUSE), true);
  assert.equal(pointer.down(FINGER), "begin");
});

test("a pen takes over from a palm that touched first, and the palm's end is ignored", () => {
  const pointer = new ActivePointer();
  assert.equal(pointer.down(PALM), "begin");
  assert.equal(pointer.down(PEN), "replace");
  assert.deepEqual([pointer.isActive(PEN), pointer.isActive(PALM)], [true, false]);
  assert.equal(pointer.up(PALM), false);
  assert.equal(pointer.up(PEN), true);
});

test("touches are ignored while a pen draws or hovers, and for a second after", () => {
  const clock = new Clock();
  const pointer = new ActivePointer(clock.now);
  pointer.down(PEN);
  assert.equal(pointer.down(PALM), "ignore");
  pointer.up(PALM);
  pointer.up(PEN);
  clock.sleep(900);
  assert.equal(pointer.down(PALM), "ignore");
  pointer.up(PALM);
  pointer.moved(PEN);
  clock.sleep(900);
  assert.equal(pointer.down(PALM), "ignore");
  pointer.up(PALM);
  clock.sleep(1100);
  assert.equal(pointer.down(FINGER), "begin");
});

test("a second finger undoes what the first has drawn, and neither draws until both are lifted", () => {
  const pointer = new ActivePointer();
  assert.equal(pointer.down(PALM), "begin");
  assert.equal(pointer.down(FINGER), "cancel");
  assert.equal(pointer.up(PALM), false);
  assert.equal(pointer.down(PALM), "ignore");
  pointer.up(PALM);
  pointer.up(FINGER);
  assert.equal(pointer.down(FINGER), "begin");
});

test("a pointer whose end was never seen can draw again", () => {
  const pointer = new ActivePointer();
  pointer.down(MOUSE);
  assert.equal(pointer.down(MOUSE), "begin");
});
