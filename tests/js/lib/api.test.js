import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, codeOf, fetchJson, messageOf } from "../../../static/js/lib/api.js";

test("an error of the API is told in its own words, or in plain ones", () => {
  assert.equal(messageOf({ detail: "nothing drawn" }, 422), "nothing drawn");
  assert.equal(messageOf({ detail: [{ loc: ["epochs"], msg: "is missing" }] }, 422), "epochs is missing");
  assert.equal(messageOf(null, 502), "Internal error; see the server log.");
  assert.equal(messageOf("<html>", 403), "The server refused the request (403).");
});

test("the code of an error is its stable name, and empty if the server sends none", () => {
  assert.equal(codeOf({ detail: "nothing drawn", code: "ink.empty" }), "ink.empty");
  assert.equal(codeOf({ detail: "nothing drawn" }), "");
  assert.equal(codeOf(null), "");
});

test("an error of the API carries its status and its code", async (t) => {
  const body = JSON.stringify({ detail: "nothing drawn", code: "ink.empty" });
  t.mock.method(globalThis, "fetch", async () => new Response(body, { status: 422 }));
  await assert.rejects(fetchJson("/api/v1/runs"), (/** @type {ApiError} */ error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.message, error.status, error.code], ["nothing drawn", 422, "ink.empty"]);
    return true;
  });
});
