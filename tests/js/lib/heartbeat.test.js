import assert from "node:assert/strict";
import { test } from "node:test";
import { ReconnectingSocket } from "../../../static/js/lib/reconnecting_socket.js";
import { Clock, FakeSocket } from "../clock.js";

/** A socket whose server and clock are moved by hand. */
class Bench {
  clock = new Clock();
  /** @type {FakeSocket[]} */
  sockets = [];
  lost = 0;
  /** @type {any[]} */
  messages = [];
  socket = new ReconnectingSocket({
    path: () => "/ws/",
    delays: [500, 1000, 2000],
    provenBy: "message",
    openSocket: () => {
      this.sockets.push(new FakeSocket());
      return /** @type {WebSocket} */ (/** @type {unknown} */ (this.last));
    },
    setTimeout: this.clock.setTimeout,
    clearTimeout: this.clock.clearTimeout,
    now: this.clock.now,
    random: () => 1,
  });

  constructor() {
    this.socket.addEventListener("lost", () => (this.lost += 1));
    this.socket.addEventListener("message", (event) => this.messages.push(/** @type {CustomEvent} */ (event).detail));
    this.socket.start();
  }

  get last() {
    const socket = this.sockets.at(-1);
    assert.ok(socket);
    return socket;
  }
}

test("a connection without an answer to a ping is given up within ten seconds, and a new one is opened", async () => {
  const bench = new Bench();
  bench.last.open();
  await bench.clock.pass(7900);
  assert.deepEqual([bench.last.pings, bench.lost], [1, 0]);
  await bench.clock.pass(1100);
  assert.equal(bench.lost, 1);
  assert.ok(bench.sockets[0]?.isClosed);
  assert.equal(bench.sockets.length, 2);
});

test("what arrives on a connection that was given up is ignored", async () => {
  const bench = new Bench();
  bench.last.open();
  await bench.clock.pass(8600);
  bench.sockets[0]?.receive({ late: true });
  bench.sockets[0]?.onclose?.({ code: 1006 });
  assert.deepEqual([bench.messages, bench.lost], [[], 1]);
});

test("a quiet connection that answers its pings stays, and a pong is no message", async () => {
  const bench = new Bench();
  bench.last.open();
  for (let minute = 0; minute < 10; minute += 1) {
    await bench.clock.pass(3500);
    bench.last.receive({ type: "pong" });
  }
  assert.deepEqual([bench.last.pings, bench.lost, bench.messages], [10, 0, []]);
});

test("a slow server that answers a ping after four seconds keeps its connection", async () => {
  const bench = new Bench();
  bench.last.open();
  for (let round = 0; round < 10; round += 1) {
    await bench.clock.pass(7000);
    bench.last.receive({ type: "pong" });
  }
  assert.deepEqual([bench.lost, bench.sockets.length], [0, 1]);
});

test("no ping is sent while messages arrive", async () => {
  const bench = new Bench();
  bench.last.open();
  for (let second = 0; second < 30; second += 1) {
    await bench.clock.pass(1000);
    bench.last.receive({ type: "batch.progress" });
  }
  assert.equal(bench.last.pings, 0);
});

test("after a sleep the connection is tried with one more ping before it is given up", async () => {
  const bench = new Bench();
  bench.last.open();
  await bench.clock.pass(5000);
  bench.clock.sleep(3_600_000);
  await bench.clock.pass(0);
  assert.deepEqual([bench.last.pings, bench.lost], [2, 0]);
  bench.last.receive({ type: "pong" });
  await bench.clock.pass(3000);
  assert.equal(bench.lost, 0);
});

test("a connection that died while the machine slept is replaced within ten seconds", async () => {
  const bench = new Bench();
  bench.last.open();
  await bench.clock.pass(5000);
  bench.clock.sleep(3_600_000);
  await bench.clock.pass(10_000);
  assert.deepEqual([bench.lost, bench.sockets.length], [1, 2]);
});

test("a connection that does not open is given up, with growing delays between the attempts", async () => {
  const bench = new Bench();
  await bench.clock.pass(10_500);
  assert.deepEqual([bench.lost, bench.sockets.length], [1, 2]);
  await bench.clock.pass(120_000);
  assert.ok(bench.sockets.length < 13, `${bench.sockets.length} connections`);
});

test("a stopped socket sends no ping and opens no connection", async () => {
  const bench = new Bench();
  bench.last.open();
  bench.socket.stop();
  await bench.clock.pass(60_000);
  assert.deepEqual([bench.last.pings, bench.lost, bench.sockets.length], [0, 0, 1]);
});

test("a socket whose session has ended is opened once more, in case of a new login, and then not again", async () => {
  const bench = new Bench();
  let ended = 0;
  bench.socket.addEventListener("session-ended", () => (ended += 1));
  bench.last.open();
  bench.last.receive({ type: "pong" });
  bench.last.onclose?.({ code: 4401 });
  await bench.clock.pass(1000);
  assert.deepEqual([ended, bench.lost, bench.sockets.length], [0, 1, 2]);
  bench.last.open();
  bench.last.onclose?.({ code: 4401 });
  await bench.clock.pass(60_000);
  assert.deepEqual([ended, bench.lost, bench.sockets.length], [1, 1, 2]);
});
