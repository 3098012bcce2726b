import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf } from "../../../static/js/lib/api.js";

test("an error of the API is told in its own words, or in plain ones", () => {
  assert.equal(detailOf({ detail: "nothing drawn" }, 422), "nothing drawn");
  assert.equal(detailOf({ detail: [{ loc: ["epochs"], msg: "is missing" }] }, 422), "epochs is missing");
  assert.equal(detailOf(null, 502), "Something went wrong on the server.");
  assert.equal(detailOf("<html>", 403), "The server refused this (403).");
});
