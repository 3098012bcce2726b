"""Refuses a request whose body is larger than anything that is expected here, before it fills the disk.

Django keeps what comes in a temporary file until all of it has come; only then does a form or the API look at its size.
"""

import json
from typing import Any, Final

from inference.model_files.pickle.plain_pickle import MAX_BYTES
from weblib.asgi_answer import send_answer
from weblib.errors import error_body
from weblib.templatetags.readable import file_size

# The largest model file, and what a multipart form puts around it.
MOST_BODY_BYTES: Final = MAX_BYTES + 1024 * 1024


class BodyLimit:
    """An ASGI application around another one, for HTTP."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on as long as its body is no larger than `MOST_BODY_BYTES`; then answer 413."""
        if _announced(scope["headers"]) > MOST_BODY_BYTES:
            await _refuse(scope, send)
            return
        came, is_answered = 0, False

        async def count() -> dict[str, Any]:
            nonlocal came
            message: dict[str, Any] = await receive()
            came += len(message.get("body", b""))
            # To the application it looks as if the client had gone: it stops reading, and answers nothing.
            return message if came <= MOST_BODY_BYTES else {"type": "http.disconnect"}

        async def note(message: dict[str, Any]) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        await self._application(scope, count, note)
        if came > MOST_BODY_BYTES and not is_answered:
            await _refuse(scope, send)


def _announced(headers: list[tuple[bytes, bytes]]) -> int:
    """The body's bytes by its Content-Length; 0 where there is none that can be read, as with a body in chunks."""
    length = dict(headers).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0


async def _refuse(scope: dict[str, Any], send: Any) -> None:
    sentence = f"That is too large: a request here has at most {file_size(MOST_BODY_BYTES)}. Nothing was kept of it."
    kind, body = "text/plain; charset=utf-8", sentence
    if scope["path"].startswith("/api/"):
        kind, body = "application/json", json.dumps(error_body(sentence, "body.too_large"))
    await send_answer(send, 413, body.encode(), kind=kind.encode(), more_headers=[(b"connection", b"close")])
