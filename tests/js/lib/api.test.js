import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, SessionEndError, codeOf, fetchJson, messageOf } from "../../../static/js/lib/api.js";

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

test("a response that does not come in time is an error, and so is one that stops in the middle", async (t) => {
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    if (request.url !== "/silent") response.write('{"items": [');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  t.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  for (const path of ["silent", "half"]) {
    await assert.rejects(
      fetchJson(`http://127.0.0.1:${port}/${path}`, { timeoutMs: 50 }),
      (/** @type {ApiError} */ error) => error instanceof ApiError && error.status === 0,
    );
  }
});

test("a request that its caller cancels is no error of the server", async () => {
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(fetchJson("http://127.0.0.1:9/", { signal: abort.signal }), { name: "AbortError" });
});

/** The two responses of the server after the end of a session: of the API, and of a page's data. */
const AFTER_THE_SESSION = {
  api: () => new Response(JSON.stringify({ detail: "log in again", code: "unauthorized" }), { status: 401 }),
  page: () => Object.defineProperty(new Response(""), "type", { value: "opaqueredirect" }),
};

for (const [name, response] of Object.entries(AFTER_THE_SESSION)) {
  test(`the end of a session is an error of its own: ${name}`, async (t) => {
    t.mock.method(globalThis, "fetch", async () => response());
    await assert.rejects(fetchJson("/versions/1/network.json"), (/** @type {any} */ error) => {
      assert.ok(error instanceof SessionEndError);
      assert.deepEqual([error.message, error.status], ["Your session has ended: log in again.", 401]);
      return true;
    });
  });
}
