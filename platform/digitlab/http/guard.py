"""Refuses a foreign Host, a foreign Origin for API and WebSockets, and in `local` mode a peer on another machine."""

import ipaddress
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from weblib.asgi_answer import send_answer
from weblib.errors import error_body

# Pages have Django's own check of the Origin.
ORIGIN_CHECKED: Final = ("/api/", "/ws/")


_NO_ACCOUNTS: Final = (
    "in local mode there are no accounts, so only this machine is served; "
    "to serve others, create accounts and start it with the setting DIGITLAB_AUTH=login"
)


class Guard:
    """An ASGI application around another one.

    A page of another site can make a browser send requests here; the Origin header shows it. A foreign name that points
    at this machine (DNS rebinding) shows in the Host header. Clients that are no browsers send no Origin.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] in {"http", "websocket"}:
            if settings.AUTH_MODE == "local" and not is_on_this_machine(scope.get("client")):
                await _refuse(scope, receive, send, _NO_ACCOUNTS, page_status=403)
                return
            host, origin = _host_and_origin(scope["headers"])
            refusal = refusal_of(host, origin if scope["path"].startswith(ORIGIN_CHECKED) else "")
            if refusal:
                await _refuse(scope, receive, send, refusal)
                return
        await self._application(scope, receive, send)


def refusal_of(host: str, origin: str) -> str:
    """Why a request with these headers is refused; empty when it is not."""
    if not _is_allowed(host, tuple(settings.ALLOWED_HOSTS)):
        return f"expected a Host that the setting ALLOWED_HOSTS names; got {host[:100]!r}"
    if origin and _address(origin)[1] != host.lower() and not is_trusted(origin):
        allowed = "this site, or from an Origin that the setting CSRF_TRUSTED_ORIGINS names"
        return f"expected a request from {allowed}; got {origin[:100]!r}"
    return ""


def is_on_this_machine(client: Sequence[Any] | None) -> bool:
    """Whether the peer of an ASGI scope is a loopback address; a Unix socket has no peer, and is of this machine."""
    return not client or not client[0] or _is_loopback(client[0])


@lru_cache(maxsize=256)
def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_trusted(origin: str) -> bool:
    """Whether CSRF_TRUSTED_ORIGINS names this Origin; as in Django, `https://*.lab.example` is every subdomain."""
    scheme, netloc = _address(origin)
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        if trusted == origin:
            return True
        trusted_scheme, pattern = _address(trusted)
        is_pattern = pattern.startswith("*.")
        if is_pattern and netloc and scheme == trusted_scheme and is_same_domain(netloc, pattern.removeprefix("*")):
            return True
    return False


@lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Remembered, because a client's every request names the same host."""
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def _address(origin: str) -> tuple[str, str]:
    """Scheme, and host with port, of an Origin; empty where it has none, or is no address at all."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


def _host_and_origin(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str]:
    """The first of each; empty where there is none."""
    host = origin = b""
    for name, value in headers:
        if name == b"host":
            host = host or value
        elif name == b"origin":
            origin = origin or value
    return host.decode("latin1"), origin.decode("latin1")


async def _refuse(scope: dict[str, Any], receive: Any, send: Any, detail: str, *, page_status: int = 400) -> None:
    """Answer with the reason; a socket is not opened, and the reason is the body of that answer."""
    kind, status, body = b"application/json", 403, json.dumps(error_body(detail, "request.refused")).encode()
    if scope["type"] == "websocket":
        await receive()
        await send_answer(_of_a_socket(send), status, body)
        return
    if not scope["path"].startswith(ORIGIN_CHECKED):
        kind, status, body = b"text/plain; charset=utf-8", page_status, f"Refused: {detail}\n".encode()
    await send_answer(send, status, body, kind=kind)


def _of_a_socket(send: Any) -> Any:
    async def send_response(message: dict[str, Any]) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    return send_response
