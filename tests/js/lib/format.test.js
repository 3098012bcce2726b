import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, duration, errorNumber, momentText, percent, roughDuration } from "../../../static/js/lib/format.js";

test("a share is written as a percentage, and one that was never measured as a dash", () => {
  assert.equal(percent(0.98125), "98.13 %");
  assert.equal(percent(1, 0), "100 %");
  assert.equal(percent(null), "–");
});

test("a duration is written in the two largest units that matter", () => {
  assert.deepEqual([0.84, 9.96, 42.4, 59.7, 60, 185, 3600, 7800].map(duration), [
    "0.8 s",
    "10.0 s",
    "42 s",
    "1 min",
    "1 min",
    "3 min 5 s",
    "1 h",
    "2 h 10 min",
  ]);
  assert.equal(duration(null), "–");
  assert.equal(duration(Number.NaN), "–");
});

test("the time left is rounded so that it does not jump", () => {
  assert.deepEqual([2, 41, 44, 90, 170, 5400, 72_000].map(roughDuration), [
    "a few seconds",
    "about 45 s",
    "about 45 s",
    "about 2 min",
    "about 3 min",
    "about 1.5 h",
    "about 20 h",
  ]);
});

test("an error keeps four significant digits, however small it is", () => {
  assert.deepEqual([0.0160349, 1.5, 0, 0.0000000139].map(errorNumber), ["0.01603", "1.5", "0", "1.39e−8"]);
  assert.equal(errorNumber(Number.POSITIVE_INFINITY), "–");
});

test("a moment is told by how long ago it was", () => {
  const now = new Date("2026-03-10T12:00:00Z");
  assert.equal(ago("2026-03-10T11:59:40Z", now), "just now");
  assert.equal(ago("2026-03-10T11:15:00Z", now), "45 min ago");
  assert.equal(ago("2026-03-10T02:00:00Z", now), "10 h ago");
  assert.equal(ago("2026-03-07T12:00:00Z", now), "3 d ago");
  assert.match(ago("2025-01-02T12:00:00Z", now), /2025/);
});

test("a moment has one form, in the reader's time zone", () => {
  const before = process.env.TZ;
  process.env.TZ = "Asia/Kolkata";
  assert.equal(momentText("2026-09-03T20:05:09Z"), "4 Sep 2026, 01:35");
  assert.equal(momentText("2026-09-03T20:05:09Z", { isExact: true }), "4 Sep 2026, 01:35:09 GMT+5:30");
  assert.equal(ago("2025-09-03T20:05:09Z", new Date("2026-03-10T12:00:00Z")), "4 Sep 2025");
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
  assert.equal(momentText("no moment"), "–");
});
