import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, FakeSocket } from "../clock.js";
import { ApiError, SessionEndError } from "../../../static/js/lib/api.js";
import { RunStream } from "../../../static/js/runs/run_stream.js";

/** A run that watches what the stream does: sockets and timers are moved by hand. */
class Bench {
  /** @type {any[]} */
  sockets = [];
  /** @type {string[]} */
  paths = [];
  /** @type {{callback: () => any, ms: number}[]} */
  timers = [];
  /** @type {string[]} */
  asked = [];
  /** @type {any[]} */
  messages = [];
  /** @type {string[]} */
  connections = [];
  after = 0;
  /** @type {(url: string) => any} */
  answer = () => [];
  stream = new RunStream({
    runId: 7,
    after: () => this.after,
    openSocket: (path) => {
      this.paths.push(path);
      const socket = { close: () => {} };
      this.sockets.push(socket);
      return /** @type {WebSocket} */ (/** @type {unknown} */ (socket));
    },
    fetchJson: async (url) => {
      this.asked.push(url);
      return this.answer(url);
    },
    setTimeout: (callback, ms) => {
      const timer = { callback, ms };
      this.timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      this.timers = this.timers.filter((one) => one !== timer);
    },
    random: () => 1,
  });

  constructor() {
    this.stream.addEventListener("message", (event) => this.messages.push(/** @type {CustomEvent} */ (event).detail));
    this.stream.addEventListener("connection", (event) =>
      this.connections.push(/** @type {CustomEvent} */ (event).detail),
    );
  }

  /** @param {any} message */
  send(message) {
    this.sockets.at(-1).onmessage({ data: JSON.stringify(message) });
  }

  drop() {
    this.sockets.at(-1).onclose();
  }

  /** @param {number} ms the timer with that wait */
  async fire(ms) {
    const timer = this.timers.find((one) => one.ms === ms);
    assert.ok(timer, `no timer of ${ms} ms among ${this.timers.map((one) => one.ms)}`);
    this.timers = this.timers.filter((one) => one !== timer);
    await timer.callback();
  }
}

test("a new connection asks for what came after the last epoch held", async () => {
  const bench = new Bench();
  bench.stream.start();
  bench.send({ type: "run.snapshot", run: { status: "running" }, epochs: [], events: [] });
  bench.after = 4;
  bench.drop();
  await bench.fire(500);
  assert.deepEqual(bench.paths, ["/ws/runs/7/?after=0", "/ws/runs/7/?after=4"]);
  assert.deepEqual(bench.connections, ["live", "reconnecting"]);
});

test("starting twice opens one connection", () => {
  const bench = new Bench();
  bench.stream.start();
  bench.stream.start();
  assert.equal(bench.sockets.length, 1);
});

test("without a connection the run and its missing epochs are asked for", async () => {
  const bench = new Bench();
  bench.after = 2;
  bench.answer = (url) => (url.includes("epochs") ? [{ epoch: 3 }] : { id: 7, status: "running", version: null });
  bench.stream.start();
  bench.drop();
  await bench.fire(2000);
  assert.deepEqual(bench.asked, ["/api/v1/runs/7", "/api/v1/runs/7/epochs?after=2"]);
  assert.deepEqual(
    bench.messages.map((message) => message.type),
    ["epoch.finished", "status.changed"],
  );
  assert.ok(
    bench.timers.some((timer) => timer.ms === 2000),
    "it goes on asking",
  );
});

test("a live connection ends the asking", async () => {
  const bench = new Bench();
  bench.stream.start();
  bench.drop();
  await bench.fire(500);
  bench.sockets.at(-1).onopen();
  bench.send({ type: "batch.progress", epoch: 1, fraction: 0.5, error: 0.1 });
  assert.deepEqual(
    bench.timers.map((timer) => timer.ms),
    [3000],
    "only the timer of the next ping is left",
  );
  assert.equal(bench.connections.at(-1), "live");
});

test("a connection that is lost for the second time is asked for again, as after the first", async () => {
  const bench = new Bench();
  bench.stream.start();
  bench.drop();
  await bench.fire(500);
  bench.send({ type: "batch.progress", epoch: 1, fraction: 0.5, error: 0.1 });
  bench.drop();
  assert.deepEqual(bench.timers.map((timer) => timer.ms).sort(), [2000, 500]);
});

test("a completed run ends the stream, a stopped one does not", () => {
  const bench = new Bench();
  bench.stream.start();
  bench.send({ type: "status.changed", status: "stopped", version: null, run: { status: "stopped" }, events: [] });
  assert.equal(bench.connections.at(-1), "live");
  bench.send({ type: "status.changed", status: "completed", version: 3, run: { status: "completed" }, events: [] });
  assert.equal(bench.connections.at(-1), "over");
  bench.drop();
  assert.deepEqual(bench.timers, []);
});

test("a run that was deleted is not asked for any more", async () => {
  const bench = new Bench();
  bench.answer = () => {
    throw new ApiError("there is no run 7", 404);
  };
  bench.stream.start();
  bench.drop();
  await bench.fire(2000);
  assert.equal(bench.connections.at(-1), "gone");
  assert.deepEqual(bench.timers, []);
});

test("a server that is away for a moment is asked again", async () => {
  const bench = new Bench();
  bench.answer = () => {
    throw new ApiError("The server does not answer.", 0);
  };
  bench.stream.start();
  bench.drop();
  await bench.fire(2000);
  assert.ok(bench.timers.some((timer) => timer.ms === 2000));
});

test("a run on a dead connection is polled, then live again with the epochs that it missed", async () => {
  const clock = new Clock();
  /** @type {FakeSocket[]} */
  const sockets = [];
  /** @type {string[]} */
  const paths = [];
  /** @type {string[]} */
  const connections = [];
  let isServing = true;
  const stream = new RunStream({
    runId: 7,
    after: () => 5,
    openSocket: (path) => {
      if (!isServing) throw new Error("the server is away");
      paths.push(path);
      sockets.push(new FakeSocket());
      return /** @type {WebSocket} */ (/** @type {unknown} */ (sockets.at(-1)));
    },
    fetchJson: async (url) => (url.includes("epochs") ? [] : { id: 7, status: "running", version: null }),
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    now: clock.now,
    random: () => 1,
  });
  stream.addEventListener("connection", (event) => connections.push(/** @type {CustomEvent} */ (event).detail));
  const polls = /** @type {any[]} */ ([]);
  stream.addEventListener("message", (event) => polls.push(/** @type {CustomEvent} */ (event).detail.type));
  stream.start();
  sockets[0]?.open();
  sockets[0]?.receive({ type: "run.snapshot", run: { status: "running" }, epochs: [], events: [] });
  isServing = false;
  await clock.pass(12_000);
  assert.deepEqual(connections.slice(0, 2), ["live", "reconnecting"]);
  assert.ok(polls.includes("status.changed"), "the run is fetched by HTTP");
  isServing = true;
  await clock.pass(10_000);
  assert.equal(paths.at(-1), "/ws/runs/7/?after=5");
  sockets.at(-1)?.open();
  sockets.at(-1)?.receive({ type: "run.snapshot", run: { status: "running" }, epochs: [], events: [] });
  assert.equal(connections.at(-1), "live");
  stream.stop();
});

test("polling stops when the session has ended", async () => {
  const bench = new Bench();
  bench.answer = () => {
    throw new SessionEndError();
  };
  bench.stream.start();
  bench.drop();
  await bench.fire(2000);
  assert.equal(bench.connections.at(-1), "session-ended");
  assert.deepEqual(bench.timers, []);
});
