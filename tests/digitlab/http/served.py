"""An ASGI application behind uvicorn with our protocol, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.lab import free_port


@contextmanager
def served(application: Any) -> Iterator[int]:
    """The port where `application` is served."""
    port = free_port()
    protocol = "digitlab.http.server_protocol:ServerProtocol"
    server = uvicorn.Server(uvicorn.Config(application, port=port, http=protocol, lifespan="off", log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(20)


async def echo(receive: Any, send: Any) -> None:
    """Serve a WebSocket that answers each text with the same."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
