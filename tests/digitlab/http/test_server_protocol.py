"""A request that does not arrive in time is ended, on a real server; one that is slow but arrives is not."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from digitlab.http import server_protocol
from tests.digitlab.http.served import echo, served

READ_PAUSE_SECONDS = 1.2


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with the number of bytes it was sent, once it has all of them; `/slow` reads after a pause."""
    if scope["type"] == "websocket":
        await echo(receive, send)
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(READ_PAUSE_SECONDS)
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        more = message["more_body"]
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where uvicorn serves `application`, with intervals of 0.4 s."""
    monkeypatch.setattr(server_protocol, "HEADER_SECONDS", 0.4)
    monkeypatch.setattr(server_protocol, "BODY_INTERVAL_SECONDS", 0.4)
    with served(application) as port:
        yield port


@pytest.fixture
def client(port: int) -> Iterator[socket.socket]:
    """A connection to it."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        yield client


def header(size: int, path: str = "/") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()


def all_of(client: socket.socket) -> bytes:
    """What it answers until it closes the connection."""
    got = b""
    while piece := client.recv(65_536):
        got += piece
    return got


def test_a_connection_without_a_request_is_closed(client: socket.socket) -> None:
    assert all_of(client) == b""


@pytest.mark.parametrize("part", [b"P", b"POST / HTTP/1.1\r\nHost: localhost\r\nX-", header(10), header(10) + b"12345"])
def test_half_a_request_is_answered_408_and_closed(client: socket.socket, part: bytes) -> None:
    client.sendall(part)
    answer = all_of(client)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"the request did not arrive in time\n")


def test_half_a_second_request_is_ended_too(client: socket.socket) -> None:
    client.sendall(header(2) + b"ab")
    time.sleep(0.2)
    client.sendall(b"POST / HT")
    answer = all_of(client)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


def test_a_body_of_one_byte_now_and_then_is_ended(client: socket.socket) -> None:
    client.sendall(header(1000))
    begin = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - begin < 8:
            client.sendall(b"x")
            time.sleep(0.1)
    assert time.monotonic() - begin < 8


def test_a_body_that_arrives_slowly_is_read_to_its_end(client: socket.socket) -> None:
    pieces = 12
    client.sendall(header(pieces * server_protocol.LEAST_BODY_BYTES))
    for _ in range(pieces):
        client.sendall(b"x" * server_protocol.LEAST_BODY_BYTES)
        time.sleep(0.1)
    client.settimeout(10)
    assert client.recv(65_536).endswith(str(pieces * server_protocol.LEAST_BODY_BYTES).encode())


def test_a_body_that_the_application_does_not_read_yet_is_not_ended(client: socket.socket) -> None:
    size = 400_000  # more than uvicorn buffers
    client.sendall(header(size, "/slow") + b"x" * size)
    assert client.recv(65_536).endswith(str(size).encode())


def test_a_websocket_may_be_silent(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/") as websocket:
        time.sleep(1.0)
        websocket.send("still there")
        assert websocket.recv(timeout=5) == "still there"
