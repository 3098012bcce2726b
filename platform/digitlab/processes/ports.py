"""Which port the web process listens on."""

import os
import socket

from django.core.management.base import CommandError

DEFAULT_PORT = 8000
PORTS_TRIED = 20


def requested_port(option: int | None) -> int | None:
    """The port given on the command line or by PORT; None where neither is.

    Raises:
        CommandError: it is not a port.
    """
    text = os.environ.get("PORT", "") if option is None else str(option)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):
        raise CommandError(f"The port is a number from 1 to 65535; got {text!r}")
    return int(text)


def free_port(host: str, wanted: int | None) -> int:
    """`wanted` if it is free; the first free port where it is None.

    Raises:
        CommandError: it is taken; the message says what to do.
    """
    if wanted is not None:
        if _is_free(host, wanted):
            return wanted
        raise CommandError(f"Port {wanted} is taken. Choose another: make run PORT={wanted + 1}")
    for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        if _is_free(host, port):
            return port
    raise CommandError(
        f"The ports {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1} are taken. Choose one: make run PORT=…"
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
