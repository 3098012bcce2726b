"""Refuses a request whose body is too large for its client, before it fills the disk.

Django keeps what comes in a temporary file until all of it has come; only then does it look at the account, the form or
the API's fields.
"""

import json
from typing import Any, Final

from django.conf import settings
from django.db import Error

from digitlab.accounts.credentials import Credentials
from inference.model_files.pickle.plain_pickle import MAX_BYTES
from weblib.asgi_answer import send_answer
from weblib.errors import error_body
from weblib.outages import DATABASE_UNAVAILABLE, Outage, outage_of
from weblib.templatetags.readable import file_size

# The largest model file, and what a multipart form puts around it.
MOST_BODY_BYTES: Final = MAX_BYTES + 1024 * 1024
# In `login` mode, without a session or a token: a log-in is smaller.
MOST_ANONYMOUS_BYTES: Final = 64 * 1024


class BodyRefusedError(Exception):
    """A body is larger than its client may send; the arguments are those of `_refuse`."""


class BodyLimit:
    """An ASGI application around another one, for HTTP."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on as long as its body is no larger than this client may send."""
        came, allowed, is_answered = 0, MOST_ANONYMOUS_BYTES, False
        refusal: BodyRefusedError | None = None

        async def count() -> dict[str, Any]:
            nonlocal came, allowed, refusal
            message: dict[str, Any] = await receive()
            came += len(message.get("body", b""))
            if came > allowed and refusal is None:
                try:
                    allowed = await _allow(scope, came)
                except BodyRefusedError as error:
                    refusal = error
            # To the application it looks as if the client had gone: it stops reading, and answers nothing.
            return message if refusal is None else {"type": "http.disconnect"}

        async def note(message: dict[str, Any]) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            announced = _announced(scope["headers"])
            allowed = await _allow(scope, announced) if announced > allowed else allowed
        except BodyRefusedError as error:
            await _refuse(scope, send, *error.args)
            return
        try:
            await self._application(scope, count, note)
        except OSError as error:  # Django's temporary file, before any view
            outage = outage_of(error)
            if outage is None or is_answered:
                raise
            refusal = _refusal(outage)
        if refusal is not None and not is_answered:
            await _refuse(scope, send, *refusal.args)


async def _allow(scope: dict[str, Any], size: int) -> int:
    """How many bytes the client may send, once it is about to send more than anybody may.

    Raises:
        BodyRefusedError: `size` is more than that.
    """
    if size > MOST_BODY_BYTES:
        limit = file_size(MOST_BODY_BYTES)
        sentence = f"That is too large: a request here has at most {limit}. Nothing was kept of it."
        raise BodyRefusedError(413, sentence, "body.too_large")
    if settings.AUTH_MODE == "login":
        try:
            user = await Credentials.of(scope["headers"]).user()
        except Error:
            raise _refusal(DATABASE_UNAVAILABLE) from None
        if user is None:
            limit = file_size(MOST_ANONYMOUS_BYTES)
            sentence = f"Log in first: without an account a request here has at most {limit}. Nothing was kept of it."
            raise BodyRefusedError(401, sentence, "unauthorized")
    return MOST_BODY_BYTES


def _refusal(outage: Outage) -> BodyRefusedError:
    return BodyRefusedError(outage.status, outage.message, outage.code)


def _announced(headers: list[tuple[bytes, bytes]]) -> int:
    """The body's bytes by its Content-Length; 0 where there is none that can be read, as with a body in chunks."""
    length = dict(headers).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0


async def _refuse(scope: dict[str, Any], send: Any, status: int, sentence: str, code: str) -> None:
    kind, body = "text/plain; charset=utf-8", sentence
    if scope["path"].startswith("/api/"):
        kind, body = "application/json", json.dumps(error_body(sentence, code))
    await send_answer(send, status, body.encode(), kind=kind.encode(), more_headers=[(b"connection", b"close")])
