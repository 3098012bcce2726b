"""A whole HTTP response over ASGI, for applications outside Django."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def send_answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    kind: bytes = b"application/json",
    more_headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Send an HTTP answer; `kind` is its Content-Type."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more_headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
