"""WebSockets in `login` mode: for an account, by session or token, and no longer than either is valid."""

import asyncio
import contextlib
from collections import Counter
from typing import Any, Final

from django.conf import settings
from django.db import Error

from digitlab.accounts.credentials import Credentials

# The page stops to connect, and says that its session has ended (`static/js/lib/session.js`).
CLOSE_SESSION_ENDED: Final = 4401
# The page connects again after a pause, when another of the account's sockets may have closed.
CLOSE_TOO_MANY: Final = 4429
CLOSE_TRY_AGAIN: Final = 1013
SECONDS_BETWEEN_CHECKS: Final = 10.0


class AccountSockets:
    """An ASGI application around another one, which gets the account as `scope["user"]`.

    Each web process counts an account's sockets for itself.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._open: Counter[int] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one socket until it closes, or its session or token ends."""
        credentials = Credentials.of(scope["headers"])
        try:
            user = await credentials.user()
        except Error:
            await _refuse(receive, send, CLOSE_TRY_AGAIN)
            return
        if user is None:
            await _refuse(receive, send, CLOSE_SESSION_ENDED)
        elif self._open[user.pk] >= settings.SOCKETS_PER_ACCOUNT:
            await _refuse(receive, send, CLOSE_TOO_MANY)
        else:
            self._open[user.pk] += 1
            try:
                await self._serve({**scope, "user": user}, receive, send, credentials)
            finally:
                self._open[user.pk] -= 1
                self._open += Counter()  # drops accounts without a socket

    async def _serve(self, scope: dict[str, Any], receive: Any, send: Any, credentials: Credentials) -> None:
        has_ended = False

        async def send_until_end(message: dict[str, Any]) -> None:
            if not has_ended:
                await send(message)

        async def close_at_end() -> None:
            nonlocal has_ended
            while await _is_valid(credentials):
                await asyncio.sleep(SECONDS_BETWEEN_CHECKS)
            has_ended = True
            with contextlib.suppress(OSError):  # the browser disconnected
                await send({"type": "websocket.close", "code": CLOSE_SESSION_ENDED})

        checks = asyncio.create_task(close_at_end())
        try:
            await self._application(scope, receive, send_until_end)
        finally:
            checks.cancel()


async def _is_valid(credentials: Credentials) -> bool:
    """Whether these are an account's now; while the database is away, the last answer holds."""
    try:
        return await credentials.user() is not None
    except Error:
        return True


async def _refuse(receive: Any, send: Any, code: int) -> None:
    """Open the socket before it is closed: a browser hides the code of one that never opened."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
