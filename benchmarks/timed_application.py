"""The real web application with a stopwatch around it: every answer says how long it took, in `Server-Timing`."""

import time
from typing import Any

from digitlab.asgi import application as lab


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer as the lab does, with the milliseconds from the request's arrival to the first byte of its answer."""
    started = time.perf_counter()

    async def send_timed(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            milliseconds = 1000 * (time.perf_counter() - started)
            headers = [*message["headers"], (b"server-timing", f"app;dur={milliseconds:.2f}".encode())]
            message = {**message, "headers": headers}
        await send(message)

    await lab(scope, receive, send_timed)
