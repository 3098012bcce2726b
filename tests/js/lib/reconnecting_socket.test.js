import assert from "node:assert/strict";
import { test } from "node:test";
import { ReconnectingSocket } from "../../../static/js/lib/reconnecting_socket.js";

/**
 * The delays that a socket waits while every connection fails.
 *
 * @param {() => number} random
 * @param {number} failures
 */
function delaysOf(random, failures) {
  /** @type {{callback: () => void, ms: number}[]} */
  const timers = [];
  const socket = new ReconnectingSocket({
    path: () => "/ws/",
    delays: [500, 1000, 2000],
    provenBy: "message",
    openSocket: () => {
      throw new Error("the server is away");
    },
    setTimeout: (callback, ms) => timers.push({ callback, ms }),
    clearTimeout: () => {},
    random,
  });
  socket.start();
  for (let index = 0; index < failures - 1; index += 1) timers[index]?.callback();
  socket.stop();
  return timers.map((timer) => timer.ms);
}

test("the delays of a socket grow up to the last one", () => {
  assert.deepEqual(
    delaysOf(() => 1, 5),
    [500, 1000, 2000, 2000, 2000],
  );
});

test("sockets that are lost in the same millisecond reconnect at different times", () => {
  const first = Array.from({ length: 200 }, (_, index) => delaysOf(() => index / 200, 1)[0]);
  assert.equal(new Set(first).size, 200);
});

test("jitter shortens a delay by at most a half", () => {
  assert.deepEqual(
    delaysOf(() => 0, 3),
    [250, 500, 1000],
  );
});
