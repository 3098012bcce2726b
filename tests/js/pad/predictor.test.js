import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, FakeSocket } from "../clock.js";
import { ApiError } from "../../../static/js/lib/api.js";
import { EMPTY_INK, Predictor } from "../../../static/js/pad/predictor.js";

/** @param {number} x */
function question(x) {
  return { strokes: [[/** @type {[number, number]} */ ([x, 0])]], brush: 20, versions: [1] };
}

/** A predictor whose socket, timers and server are moved by hand. */
class Bench {
  /** @type {any} */
  socket = {
    readyState: 0,
    sent: /** @type {any[]} */ ([]),
    send: (/** @type {string} */ text) => this.socket.sent.push(JSON.parse(text)),
    close: () => {},
  };
  /** @type {any[]} */
  posted = [];
  /** @type {any[]} */
  predictions = [];
  /** @type {import("../../../static/js/pad/predictor.js").Failure[]} */
  failures = [];
  /** @type {{callback: () => any, ms: number}[]} */
  timers = [];
  /** @type {() => any} */
  answer = () => ({ results: [], seen: [] });
  predictor = new Predictor({
    openSocket: () => this.socket,
    fetchJson: async (_url, { body }) => {
      this.posted.push(body);
      return this.answer();
    },
    setTimeout: (callback, ms) => {
      const timer = { callback, ms };
      this.timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      this.timers = this.timers.filter((one) => one !== timer);
    },
  });

  constructor() {
    this.predictor.addEventListener("prediction", (event) =>
      this.predictions.push(/** @type {CustomEvent} */ (event).detail),
    );
    this.predictor.addEventListener("failure", (event) =>
      this.failures.push(/** @type {CustomEvent} */ (event).detail),
    );
    this.predictor.start();
  }

  open() {
    this.socket.readyState = 1;
    this.socket.onopen();
  }

  /** @param {any} message */
  receive(message) {
    this.socket.onmessage({ data: JSON.stringify(message) });
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("of the drawings that wait only the newest is asked", () => {
  const bench = new Bench();
  bench.open();
  for (const x of [1, 2, 3]) bench.predictor.request(question(x));
  assert.deepEqual(
    bench.socket.sent.map((/** @type {any} */ one) => one.strokes[0][0][0]),
    [1],
  );
  bench.receive({ id: 1, results: [], seen: [] });
  assert.deepEqual(
    bench.socket.sent.map((/** @type {any} */ one) => one.strokes[0][0][0]),
    [1, 3],
  );
});

test("an answer to a question that was forgotten is not shown", () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request(question(1));
  bench.predictor.forget();
  bench.receive({ id: 1, results: [], seen: [] });
  assert.deepEqual(bench.predictions, []);
});

test("without a socket the drawing is posted", async () => {
  const bench = new Bench();
  bench.predictor.request(question(1));
  await settled();
  assert.equal(bench.posted.length, 1);
  assert.equal(bench.predictions.length, 1);
});

test("a socket that closes before it answers leaves no drawing unanswered", async () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request(question(1));
  bench.socket.readyState = 3;
  bench.socket.onclose();
  await settled();
  assert.deepEqual(bench.posted, [question(1)]);
  assert.equal(bench.predictions.length, 1);
});

test("a socket that does not answer is not waited for", async () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request(question(1));
  bench.timers.find((timer) => timer.ms === 4000)?.callback();
  await settled();
  assert.equal(bench.predictions.length, 1);
  bench.receive({ id: 1, results: [], seen: [] });
  assert.equal(bench.predictions.length, 1);
});

test("what the server refuses is told in its words", () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request(question(1));
  bench.receive({ id: 1, detail: "nothing drawn", code: "ink.empty" });
  assert.deepEqual(bench.failures, [{ message: "nothing drawn", code: EMPTY_INK }]);
});

test("a refusal of an older drawing is not told when a newer one waits", () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request(question(1));
  bench.predictor.request(question(2));
  bench.receive({ id: 1, detail: "nothing drawn" });
  assert.deepEqual(bench.failures, []);
  assert.equal(bench.socket.sent.length, 2);
});

test("an error of a posted drawing keeps its code", async () => {
  const bench = new Bench();
  bench.answer = () => {
    throw new ApiError("nothing drawn", 422, "ink.empty");
  };
  bench.predictor.request(question(1));
  await settled();
  assert.deepEqual(bench.failures, [{ message: "nothing drawn", code: EMPTY_INK }]);
});

test("an error without a code is not taken for empty ink, whatever its text says", () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request(question(1));
  bench.receive({ id: 1, detail: "nothing drawn" });
  assert.deepEqual(bench.failures, [{ message: "nothing drawn", code: "" }]);
});

test("a drawing on a dead connection is answered by the next one, while the post hangs too", async () => {
  const clock = new Clock();
  /** @type {FakeSocket[]} */
  const sockets = [];
  /** @type {AbortSignal[]} */
  const posts = [];
  let predictions = 0;
  const predictor = new Predictor({
    openSocket: () => {
      sockets.push(new FakeSocket());
      return /** @type {WebSocket} */ (/** @type {unknown} */ (sockets.at(-1)));
    },
    fetchJson: (_url, { signal }) => {
      posts.push(signal);
      return new Promise(() => {});
    },
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    now: clock.now,
  });
  predictor.addEventListener("prediction", () => (predictions += 1));
  predictor.start();
  sockets[0]?.open();
  predictor.request(question(1));
  await clock.pass(4100);
  assert.equal(posts.length, 1);
  await clock.pass(6000);
  assert.equal(sockets.length, 2);
  sockets[1]?.open();
  assert.deepEqual(sockets[1]?.sent, [{ id: 1, ...question(1) }]);
  sockets[1]?.receive({ id: 1, results: [], seen: [] });
  assert.equal(predictions, 1);
  assert.deepEqual([posts.length, posts[0]?.aborted], [1, true]);
  predictor.stop();
});

test("a drawing too long for a message is posted, though a socket is open", () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request({ ...question(1), strokes: [Array.from({ length: 6000 }, () => [1, 2])] });
  assert.equal(bench.posted.length, 1);
  assert.equal(bench.socket.sent.length, 0);
});

test("an image is posted, though a socket is open", async () => {
  const bench = new Bench();
  bench.open();
  bench.predictor.request({ image: "data:image/png;base64,", versions: [1] });
  await settled();
  assert.deepEqual(bench.socket.sent, []);
  assert.equal(bench.posted.length, 1);
});
