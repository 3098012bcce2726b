import assert from "node:assert/strict";
import { test } from "node:test";
import { confidenceText } from "../../../static/js/draw/prediction_cards.js";

test("a prediction of high confidence shows the confidence", () => {
  assert.equal(confidenceText({ confidence: 0.981, verdict: "sure", candidates: [7] }), "confidence 98.1 %");
});

test("a prediction of low confidence shows its candidates", () => {
  assert.equal(confidenceText({ confidence: 0.5, verdict: "unsure", candidates: [4, 9] }), "low confidence: 4 or 9");
  assert.equal(
    confidenceText({ confidence: 0.3, verdict: "unsure", candidates: [4, 9, 7] }),
    "low confidence: 4, 9 or 7",
  );
});

test("a prediction of low confidence without a second candidate shows the confidence", () => {
  assert.equal(confidenceText({ confidence: 0.6, verdict: "unsure", candidates: [4] }), "low confidence: 60.0 %");
});
