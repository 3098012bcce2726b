"""Predictions without Django's request stack: `POST /api/v1/predict` and `/ws/predict/`.

A prediction takes a fraction of a millisecond; the layers around a request took ten times that. The application that
mounts these checks Host and Origin before them.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from pydantic import ValidationError

from inference.serving.micro_batching import MicroBatcher
from inference.serving.prediction import PredictRequest, encoded
from weblib.asgi_answer import Send, send_answer
from weblib.errors import (
    INTERNAL_CODE,
    VALIDATION_CODE,
    LabError,
    RateExceededError,
    error_body,
)
from weblib.heartbeat import PONG, is_ping
from weblib.json_limits import excess_of_lists
from weblib.outages import outage_of
from weblib.plain_errors import plain_errors
from weblib.rate_limits import count_one

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
# Strokes of some thousand points; images and rows of pixels are posted.
MAX_MESSAGE_BYTES: Final = 256 * 1024
# What is longer is parsed in a thread: in the event loop it would hold up every other client.
QUICK_BYTES: Final = 16 * 1024


class PredictionResponder:
    """Turns the text of a request into a reply and its HTTP status, for HTTP and WebSocket alike.

    Args:
        micro_batcher: Computes the predictions.
    """

    def __init__(self, micro_batcher: MicroBatcher) -> None:
        self._micro_batcher = micro_batcher

    async def respond(self, request: bytes | str) -> tuple[dict[str, Any], int]:
        """The reply to `request`, in JSON, and its status; never raises."""
        try:
            is_quick = len(request) <= QUICK_BYTES
            parsed = _parsed(request) if is_quick else await asyncio.to_thread(_parsed, request)
            if not isinstance(parsed, PredictRequest):
                return parsed, 422
            return await self._micro_batcher.reply(parsed), 200
        except LabError as error:
            return error_body(str(error), error.code), error.status
        except Exception as error:  # the boundary: the client must receive an answer
            outage = outage_of(error)
            if outage is not None:
                logger.error("a prediction met an outage: %s", error)  # noqa: TRY400 -- no trace needed
                return error_body(outage.message, outage.code), outage.status
            logger.exception("a prediction failed")
            return error_body(
                "internal error: this drawing could not be answered; see the server log", INTERNAL_CODE
            ), 500


class PredictHttp:
    """An ASGI application for `POST predict`."""

    def __init__(self, responder: PredictionResponder) -> None:
        self._responder = responder

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        if body is None:
            await send_answer(
                send, 413, encoded(error_body(f"expected at most {MAX_BODY_BYTES:,} bytes", "body.too_large"))
            )
            return
        reply, status = await self._responder.respond(body)
        await send_answer(send, status, encoded(reply))


class PredictSocket:
    """An ASGI application for `/ws/predict/`: of drawings that come while one is answered, the newest counts.

    A ping is answered at once, also while a drawing is computed.
    """

    def __init__(self, responder: PredictionResponder) -> None:
        self._responder = responder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes."""
        await receive()
        await send({"type": "websocket.accept"})
        mailbox: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        answering = asyncio.create_task(self._answer_newest(mailbox, send, scope.get("user")))
        try:
            while (message := await receive())["type"] == "websocket.receive":
                text = message.get("text") or (message.get("bytes") or b"").decode(errors="replace")
                if is_ping(text):
                    await send(PONG)
                    continue
                if mailbox.full():
                    mailbox.get_nowait()
                mailbox.put_nowait(text)
        finally:
            answering.cancel()

    async def _answer_newest(self, mailbox: "asyncio.Queue[str]", send: Send, user: Any) -> None:
        while True:
            reply = await self._reply_to(await mailbox.get(), user)
            await send({"type": "websocket.send", "text": encoded(reply).decode()})

    async def _reply_to(self, text: str, user: Any) -> dict[str, Any]:
        if len(text) > MAX_MESSAGE_BYTES:
            return error_body(f"expected a message of at most {MAX_MESSAGE_BYTES:,} characters", "message.too_large")
        try:
            if user is not None:  # in a thread, since the count is in Redis
                await asyncio.to_thread(count_one, "predictions", user)
        except RateExceededError as error:
            return _with_id(text, error_body(str(error), error.code))
        reply, status = await self._responder.respond(text)
        if status == 200:
            return reply
        return _with_id(text, reply) if len(text) <= QUICK_BYTES else await asyncio.to_thread(_with_id, text, reply)


def _parsed(request: bytes | str) -> PredictRequest | dict[str, Any]:
    """The request in this JSON, or the error to reply with."""
    data = request.encode(errors="replace") if isinstance(request, str) else request
    if excess := excess_of_lists(data):
        return error_body(excess, VALIDATION_CODE)
    try:
        return PredictRequest.model_validate(orjson.loads(request))
    except orjson.JSONDecodeError as error:
        return error_body(f"expected JSON: {error}", VALIDATION_CODE)
    except ValidationError as error:
        return error_body(plain_errors(error), VALIDATION_CODE)


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
