"""Refuses a request with a foreign Host or Origin before anything else handles it: HTTP API and WebSockets."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from weblib.asgi_answer import send_answer
from weblib.errors import error_body

GUARDED: Final = ("/api/", "/ws/")


class Guard:
    """An ASGI application around another one.

    A page of another site can make a browser send requests here; the Origin header shows it. A foreign name that points
    at this machine (DNS rebinding) shows in the Host header. Clients that are no browsers send no Origin.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] in {"http", "websocket"} and scope["path"].startswith(GUARDED):
            refusal = refusal_of(*_host_and_origin(scope["headers"]))
            if refusal:
                await _refuse(scope, receive, send, refusal)
                return
        await self._application(scope, receive, send)


def refusal_of(host: str, origin: str) -> str:
    """Why a request with these headers is refused; empty when it is not."""
    if not _is_allowed(host, tuple(settings.ALLOWED_HOSTS)):
        return f"expected a Host that ALLOWED_HOSTS names; got {host[:100]!r}"
    if origin and _netloc(origin) != host.lower() and origin not in settings.CSRF_TRUSTED_ORIGINS:
        return f"expected a request from this site; its Origin is {origin[:100]!r}"
    return ""


@lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Remembered, because a client's every request names the same host."""
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def _netloc(origin: str) -> str:
    """Host and port of an Origin; empty where it has none, or is no address at all."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _host_and_origin(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str]:
    """The first of each; empty where there is none."""
    host = origin = b""
    for name, value in headers:
        if name == b"host":
            host = host or value
        elif name == b"origin":
            origin = origin or value
    return host.decode("latin1"), origin.decode("latin1")


async def _refuse(scope: dict[str, Any], receive: Any, send: Any, detail: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403, "reason": detail[:100]})
        return
    await send_answer(send, 403, json.dumps(error_body(detail, "request.refused")).encode())
