import assert from "node:assert/strict";
import { test } from "node:test";
import { agreementSentence, majority, votes } from "../../../static/js/pad/majority_vote.js";

/**
 * @param {number} version
 * @param {number} digit
 * @param {number} [share]
 * @returns {import("../../../static/js/pad/predictor.js").VersionPrediction}
 */
function reading(version, digit, share = 0.9) {
  const worth = { confidence: share, verdict: /** @type {const} */ ("sure"), candidates: [digit], temperature: 1 };
  return {
    version,
    digit,
    ...worth,
    probabilities: Array.from({ length: 10 }, (_, one) => (one === digit ? share : 0.01)),
  };
}

const titleOf = (/** @type {number} */ number) => `Version ${number}`;

test("the majority decides, and the higher probability breaks a tie", () => {
  assert.equal(majority([reading(1, 7), reading(2, 1), reading(3, 7)]), 7);
  assert.equal(majority([reading(1, 7, 0.5), reading(2, 1), reading(3, 7, 0.5), reading(4, 1)]), 1);
});

test("where no two versions agree there is no majority", () => {
  assert.equal(majority([reading(1, 7), reading(2, 1)]), null);
});

test("agreement and disagreement are described in a sentence", () => {
  assert.equal(agreementSentence([reading(3, 7)], titleOf), "Version 3 predicts 7 (confidence 90.0 %).");
  assert.equal(agreementSentence([reading(3, 7), reading(4, 7)], titleOf), "All 2 versions predict 7.");
  const split = agreementSentence([reading(3, 7), reading(4, 1), reading(5, 7)], titleOf);
  assert.equal(split, "2 of 3 versions predict 7; Version 4 predicts 1.");
  assert.equal(
    agreementSentence([reading(3, 7), reading(4, 1)], titleOf),
    "No two agree: Version 3 predicts 7, Version 4 predicts 1.",
  );
});

test("votes are counted, most first, and the higher probability breaks a tie", () => {
  assert.deepEqual(
    votes([reading(1, 4, 0.6), reading(2, 9), reading(3, 7), reading(4, 7)]).map(({ digit, count }) => [digit, count]),
    [
      [7, 2],
      [9, 1],
      [4, 1],
    ],
  );
});

test("a drawing that is no digit is said to be none, however many versions agree", () => {
  const noDigit = [3, 4].map((version) => ({ ...reading(version, 7), verdict: /** @type {const} */ ("not_a_digit") }));
  assert.equal(
    agreementSentence(noDigit.slice(0, 1), titleOf),
    "This does not look like a digit. If it is one: Version 3 predicts 7.",
  );
  assert.equal(
    agreementSentence(noDigit, titleOf),
    "This does not look like a digit. If it is one: All 2 versions predict 7.",
  );
});
