"""How the web process is started: the one place for its options, on one machine and in containers."""

import sys

from django.conf import settings

from digitlab.processes import blas_threads

# A longer message closes its socket; the applications of the sockets answer shorter ones that they refuse.
MAX_MESSAGE_BYTES = 1024 * 1024


def command(host: str, port: int) -> list[str]:
    """The command of the web process: pages, API and WebSockets."""
    options = {
        "--host": host,
        "--port": str(port),
        "--lifespan": "off",
        "--log-level": "warning",
        # Without a limit, an open WebSocket kept the server from stopping.
        "--timeout-graceful-shutdown": "3",
        "--http": "digitlab.http.server_protocol:ServerProtocol",
        "--ws-per-message-deflate": "false",
        "--ws-max-size": str(MAX_MESSAGE_BYTES),
        # A client that vanished without closing its socket is disconnected after the sum of both, in seconds.
        "--ws-ping-interval": "10",
        "--ws-ping-timeout": "15",
    }
    return [
        sys.executable,
        "-m",
        "uvicorn",
        "digitlab.asgi:application",
        *(part for pair in options.items() for part in pair),
        "--no-access-log",
        # In `local` mode the peer counts, which behind a proxy of this machine is the proxy (`digitlab.http.guard`).
        *(["--no-proxy-headers"] if settings.AUTH_MODE == "local" else []),
    ]


def environment() -> dict[str, str]:
    """Variables for the web process: single drawings are answered by one thread, unless the user set a limit."""
    return blas_threads.limit_to_one()
