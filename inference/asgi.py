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
from inference.errors import (
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
Send = Callable[[dict[str, Any]], Awaitable[None]]
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


class PredictHttp:
    """An ASGI application for `POST predict`."""

    def __init__(self, words: Words, answerer: Answerer) -> None:
        self._words = words
        self._answerer = answerer

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        if body is None:
            await _respond(send, 413, {"detail": f"expected at most {MAX_BODY_BYTES:,} bytes"})
            return
        try:
            reply, status = await self._answerer.reply(PredictRequest.model_validate(orjson.loads(body))), 200
        except orjson.JSONDecodeError as error:
            reply, status = {"detail": f"expected JSON: {error}"}, 422
        except ValidationError as error:
            reply, status = {"detail": self._words(error)}, 422
        except InferenceError as error:
            reply, status = {"detail": str(error)}, status_of(error)
        await _respond(send, status, reply)


class PredictSocket:
    """An ASGI application for `/ws/predict/`: of drawings that come while one is answered, the newest counts."""

    def __init__(self, words: Words, answerer: Answerer) -> None:
        self._words = words
        self._answerer = answerer

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
            return await self._answerer.reply(PredictRequest.model_validate(orjson.loads(text)))
        except orjson.JSONDecodeError as error:
            return _with_id(text, {"detail": f"expected JSON: {error}"})
        except ValidationError as error:
            return _with_id(text, {"detail": self._words(error)})
        except InferenceError as error:
            return _with_id(text, {"detail": str(error)})
        except Exception:  # the boundary: an unanswered drawing must not silence the socket
            logger.exception("a drawing could not be answered")
            return _with_id(text, {"detail": "this drawing could not be answered; the server's log tells why"})


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


async def _respond(send: Send, status: int, reply: dict[str, Any]) -> None:
    body = encoded(reply)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
