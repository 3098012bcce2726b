"""WebSockets of people who log in: only with a session, and no longer than it lasts."""

import asyncio
import contextlib
from importlib import import_module
from typing import Any, Final

from channels.auth import get_user
from django.conf import settings
from django.db import Error

# The page stops to connect, and says that its session has ended (`static/js/lib/session.js`).
CLOSE_SESSION_ENDED: Final = 4401
SECONDS_BETWEEN_CHECKS: Final = 10.0


class SessionSockets:
    """An ASGI application around another one, inside Channels' `AuthMiddlewareStack`."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one socket until it closes or its session ends.

        A refused socket is opened before it is closed: a browser hides the code of one that never opened.
        """
        if not scope["user"].is_authenticated:
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": CLOSE_SESSION_ENDED})
            return
        has_ended = False

        async def send_until_end(message: dict[str, Any]) -> None:
            if not has_ended:
                await send(message)

        async def close_at_end() -> None:
            nonlocal has_ended
            while await _is_valid(scope["session"].session_key):
                await asyncio.sleep(SECONDS_BETWEEN_CHECKS)
            has_ended = True
            with contextlib.suppress(OSError):  # the browser disconnected
                await send({"type": "websocket.close", "code": CLOSE_SESSION_ENDED})

        checks = asyncio.create_task(close_at_end())
        try:
            await self._application(scope, receive, send_until_end)
        finally:
            checks.cancel()


async def _is_valid(session_key: str) -> bool:
    """Whether somebody is logged in with this session now; while the database is away, the last answer holds."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        user = await get_user({"session": store})
    except Error:
        return True
    return bool(user.is_authenticated)
