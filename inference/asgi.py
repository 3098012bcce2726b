"""The thin way to a prediction: `POST /api/v1/predict` and `/ws/predict/` without Django's request stack.

A prediction takes a fraction of a millisecond; the layers around a request took ten times that. Whoever mounts these
applications checks Host and Origin before them.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from pydantic import ValidationError

from inference.answering import Answerer
from inference.asgi_answer import Send, send_answer
from inference.errors import (
    DATABASE_AWAY,
    DATABASE_AWAY_WORDS,
    ArtifactError,
    CorrectionLimitError,
    InferenceError,
    InkError,
    RateExceededError,
)
from inference.prediction import PredictRequest, encoded
from inference.rate_limits import count_one

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Words = Callable[[ValidationError], list[Any]]

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
MAX_MESSAGE_BYTES: Final = 2 * 1024 * 1024


def status_of(error: InferenceError) -> int:
    """The HTTP status that goes with an error: 4xx for what the caller did."""
    if isinstance(error, LookupError):
        return 404
    if isinstance(error, InkError):
        return 422
    if isinstance(error, RateExceededError):
        return 429
    return 409 if isinstance(error, ArtifactError | CorrectionLimitError) else 400


class Asking:
    """A question, however it came, becomes a reply and the HTTP status that goes with it.

    Args:
        words: what did not fit, in plain words.
        answerer: who answers, for all ways to ask.
    """

    def __init__(self, words: Words, answerer: Answerer) -> None:
        self._words = words
        self._answerer = answerer

    async def outcome(self, question: bytes | str) -> tuple[dict[str, Any], int]:
        """What to reply to `question`, in JSON; never raises, since nobody would tell the one who asked."""
        try:
            return await self._answerer.reply(PredictRequest.model_validate(orjson.loads(question))), 200
        except orjson.JSONDecodeError as error:
            return {"detail": f"expected JSON: {error}"}, 422
        except ValidationError as error:
            return {"detail": self._words(error)}, 422
        except InferenceError as error:
            return {"detail": str(error)}, status_of(error)
        except DATABASE_AWAY as error:
            logger.error("a prediction found no database: %s", error)  # noqa: TRY400 -- the trace tells nothing more
            return {"detail": DATABASE_AWAY_WORDS}, 503
        except Exception:  # the boundary: whoever asked must hear of it
            logger.exception("a drawing could not be answered")
            return {"detail": "this drawing could not be answered; the server's log tells why"}, 500


class PredictHttp:
    """An ASGI application for `POST predict`."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        if body is None:
            await send_answer(send, 413, encoded({"detail": f"expected at most {MAX_BODY_BYTES:,} bytes"}))
            return
        reply, status = await self._asking.outcome(body)
        await send_answer(send, status, encoded(reply))


class PredictSocket:
    """An ASGI application for `/ws/predict/`: of drawings that come while one is answered, the newest counts."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes."""
        await receive()
        await send({"type": "websocket.accept"})
        mailbox: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        answering = asyncio.create_task(self._answer_newest(mailbox, send, scope.get("user")))
        try:
            while (message := await receive())["type"] == "websocket.receive":
                if mailbox.full():
                    mailbox.get_nowait()
                mailbox.put_nowait(message.get("text") or (message.get("bytes") or b"").decode(errors="replace"))
        finally:
            answering.cancel()

    async def _answer_newest(self, mailbox: "asyncio.Queue[str]", send: Send, user: Any) -> None:
        while True:
            reply = await self._reply_to(await mailbox.get(), user)
            await send({"type": "websocket.send", "text": encoded(reply).decode()})

    async def _reply_to(self, text: str, user: Any) -> dict[str, Any]:
        if len(text) > MAX_MESSAGE_BYTES:
            return {"detail": f"expected a message of at most {MAX_MESSAGE_BYTES:,} characters"}
        try:
            count_one("predictions", user)
        except RateExceededError as error:
            return _with_id(text, {"detail": str(error)})
        reply, status = await self._asking.outcome(text)
        return reply if status == 200 else _with_id(text, reply)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _with_id(text: str, reply: dict[str, Any]) -> dict[str, Any]:
    """`reply` with the id of a message that could not be answered, where it has a readable one."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return reply
    if isinstance(message, dict) and isinstance(message.get("id"), int | str):
        with contextlib.suppress(TypeError):  # past 64 bits, or half a surrogate pair: it cannot be written back
            orjson.dumps(message["id"])
            reply["id"] = message["id"]
    return reply
