import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ago,
  duration,
  errorNumber,
  fileSize,
  momentText,
  percent,
  rangeText,
  roughDuration,
} from "../../../static/js/lib/format.js";

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

test("a file has one size: the template filter gives the same texts", () => {
  const sizes = [
    0, 1, 999, 1000, 9949, 9950, 795_445, 500_500, 999_499, 999_500, 1_250_000, 269_484_032, 9_950_000_000, 2e15,
  ];
  assert.deepEqual(sizes.map(fileSize), [
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1.0 kB",
    "9.9 kB",
    "10 kB",
    "795 kB",
    "501 kB",
    "999 kB",
    "1.0 MB",
    "1.3 MB",
    "269 MB",
    "10 GB",
    "2000 TB",
  ]);
  assert.equal(fileSize(null), "–");
});

test("numbers below 0 have a minus sign, and large ones no exponent", () => {
  assert.deepEqual([-2.5, -0.0000000139, 12_346, 0.5, 100].map(errorNumber), [
    "−2.5",
    "−1.39e−8",
    "12350",
    "0.5",
    "100",
  ]);
});

test("a range whose ends look the same is one value", () => {
  assert.equal(rangeText(0, 0), "all 0");
  assert.equal(rangeText(0.500001, 0.500002), "all 0.5");
  assert.equal(rangeText(-1, 2), "from −1 to 2");
});
