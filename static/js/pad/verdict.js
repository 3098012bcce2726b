import { percent } from "../lib/format.js";

/** @typedef {Pick<import("./predictor.js").VersionPrediction, "digit" | "confidence" | "verdict" | "candidates">} Answer */

export const NOT_A_DIGIT = "This does not look like a digit";

/**
 * What an answer is worth, in a few words: the same on every canvas and for screen readers.
 *
 * @param {Answer} answer
 * @returns {string} "confidence 98.1 %", the candidates of a low confidence, or that the drawing is no digit
 */
export function verdictText({ confidence, verdict, candidates }) {
  if (verdict === "not_a_digit") return "does not look like a digit";
  if (verdict === "sure") return `confidence ${percent(confidence, 1)}`;
  if (candidates.length < 2) return `low confidence: ${percent(confidence, 1)}`;
  return `low confidence: ${candidates.slice(0, -1).join(", ")} or ${candidates.at(-1)}`;
}

/**
 * Whether the drawing looks like no digit: independent of the version.
 *
 * @param {Pick<Answer, "verdict">[]} answers
 * @returns {boolean}
 */
export function isNoDigit(answers) {
  return answers[0]?.verdict === "not_a_digit";
}

/**
 * The answers to a drawing whose pen is still down: half a digit does not look like one, which says nothing.
 *
 * @template {Pick<Answer, "verdict">} T
 * @param {T[]} answers
 * @returns {T[]}
 */
export function whilePenIsDown(answers) {
  return isNoDigit(answers) ? answers.map((answer) => ({ ...answer, verdict: "unsure" })) : answers;
}
