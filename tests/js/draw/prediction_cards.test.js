import assert from "node:assert/strict";
import { test } from "node:test";
import { confidenceText } from "../../../static/js/draw/prediction_cards.js";

test("a sure version says how sure it is", () => {
  assert.equal(confidenceText({ confidence: 0.981, verdict: "sure", candidates: [7] }), "98.1 % sure");
});

test("a version that wavers says between which digits", () => {
  assert.equal(confidenceText({ confidence: 0.5, verdict: "unsure", candidates: [4, 9] }), "unsure between 4 and 9");
  assert.equal(
    confidenceText({ confidence: 0.3, verdict: "unsure", candidates: [4, 9, 7] }),
    "unsure between 4, 9 and 7",
  );
});

test("a version that knows no second digit says how little sure it is", () => {
  assert.equal(confidenceText({ confidence: 0.6, verdict: "unsure", candidates: [4] }), "unsure: 60.0 %");
});
