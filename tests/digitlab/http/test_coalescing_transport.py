"""What the web server writes reaches the network in order, whole, and a small answer in one piece."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from digitlab.http.coalescing_transport import MOST_WAITING_BYTES, CoalescingTransport
from tests.digitlab.http.served import echo, served

LARGE = 5_000_000


class Recorder:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.is_gone = False

    def write(self, data: bytes) -> None:
        self.told.append(bytes(data))

    def write_eof(self) -> None:
        self.told.append("end")

    def close(self) -> None:
        self.told.append("close")

    def is_closing(self) -> bool:
        return self.is_gone

    def get_extra_info(self, name: str) -> str:
        return f"the {name}"


def told(*steps: Any) -> list[Any]:
    """What a transport is told when `steps` are done to the one around it in one turn of the loop."""
    recorder = Recorder()

    async def story() -> None:
        transport = CoalescingTransport(recorder, asyncio.get_running_loop())  # type: ignore[arg-type]
        for step in steps:
            step(transport)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(story())
    return recorder.told


def test_what_is_written_in_one_turn_is_sent_at_once() -> None:
    assert told(lambda t: t.write(b"head"), lambda t: t.writelines([b"bo", b"dy"])) == [b"headbody"]


def test_what_waits_is_sent_before_the_end_and_before_closing() -> None:
    assert told(lambda t: t.write(b"a"), lambda t: t.write_eof(), lambda t: t.write(b"b"), lambda t: t.close()) == [
        b"a",
        "end",
        b"b",
        "close",
    ]


def test_much_is_sent_without_waiting() -> None:
    large = b"x" * (MOST_WAITING_BYTES + 1)
    assert told(lambda t: t.write(b"a"), lambda t: t.write(large), lambda t: t.write(b"b")) == [b"a" + large, b"b"]


def test_nothing_is_sent_to_a_client_that_has_gone() -> None:
    recorder = Recorder()

    async def story() -> None:
        transport = CoalescingTransport(recorder, asyncio.get_running_loop())  # type: ignore[arg-type]
        transport.write(b"a")
        recorder.is_gone = True
        await asyncio.sleep(0)
        assert transport.get_extra_info("peername") == "the peername"

    asyncio.run(story())
    assert recorder.told == []


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers `/large` in many pieces, anything else with what it was sent; echoes on WebSockets."""
    if scope["type"] == "websocket":
        await echo(receive, send)
        return
    body = (await receive())["body"]
    pieces = [b"x" * 1000] * (LARGE // 1000) if scope["path"] == "/large" else [body]
    length = str(sum(map(len, pieces))).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where uvicorn serves `application`, with our protocol."""
    with served(application) as port:
        yield port


def post(path: str, body: bytes) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def client(port: int) -> Iterator[socket.socket]:
    """A connection to it."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as client:
        yield client


def read(client: socket.socket, ending: bytes, most: int = 65_536) -> bytes:
    got = b""
    while not got.endswith(ending):
        got += client.recv(most)
    return got


def test_requests_on_one_connection_are_answered_in_order(client: socket.socket) -> None:
    client.sendall(post("/", b"first") + post("/", b"second") + post("/", b"third!"))
    got = read(client, b"third!")
    assert [got.index(word) for word in (b"first", b"second", b"third!")] == sorted(
        got.index(word) for word in (b"first", b"second", b"third!")
    )
    assert got.count(b"HTTP/1.1 200 OK") == 3


def test_a_large_answer_to_a_slow_reader_is_whole(client: socket.socket) -> None:
    client.sendall(post("/large", b"x") + post("/", b"the end"))
    got = read(client, b"the end", most=3000)
    assert got.count(b"x" * 1000) == LARGE // 1000


def test_a_websocket_opens_talks_and_closes_cleanly(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/", open_timeout=20) as client:
        for number in range(20):
            client.send(json.dumps(number))
            assert client.recv(timeout=20) == json.dumps(number)
        client.close()
    assert client.protocol.close_rcvd is not None
    assert client.protocol.close_rcvd.code == 1000
