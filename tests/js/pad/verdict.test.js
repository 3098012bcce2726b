import assert from "node:assert/strict";
import { test } from "node:test";
import { verdictText, whilePenIsDown } from "../../../static/js/pad/verdict.js";

test("a prediction of high confidence shows the confidence", () => {
  assert.equal(verdictText({ digit: 7, confidence: 0.981, verdict: "sure", candidates: [7] }), "confidence 98.1 %");
});

test("a prediction of low confidence shows its candidates", () => {
  assert.equal(
    verdictText({ digit: 7, confidence: 0.5, verdict: "unsure", candidates: [4, 9] }),
    "low confidence: 4 or 9",
  );
  assert.equal(
    verdictText({ digit: 7, confidence: 0.3, verdict: "unsure", candidates: [4, 9, 7] }),
    "low confidence: 4, 9 or 7",
  );
});

test("a prediction of low confidence without a second candidate shows the confidence", () => {
  assert.equal(
    verdictText({ digit: 7, confidence: 0.6, verdict: "unsure", candidates: [4] }),
    "low confidence: 60.0 %",
  );
});

test("a drawing that is no digit has no confidence, however sure the network is", () => {
  assert.equal(
    verdictText({ digit: 4, confidence: 1, verdict: "not_a_digit", candidates: [4] }),
    "does not look like a digit",
  );
});

test("while the pen is down, half a digit is not said to look like none", () => {
  assert.equal(whilePenIsDown([{ verdict: "not_a_digit" }])[0]?.verdict, "unsure");
  assert.equal(whilePenIsDown([{ verdict: "sure" }])[0]?.verdict, "sure");
});
