"""`/ws/runs/<id>/`: live updates of a run, read from the database; Redis only carries notifications."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from django.db import Error

from training.models import Run
from training.watching.broadcaster import READ, Broadcaster, BroadcastError, Broadcasters
from training.watching.updates import Position
from weblib.heartbeat import PONG, is_ping
from weblib.log_context import begin_request

logger = logging.getLogger(__name__)

CLOSE_NO_SUCH_RUN = 4404
# The database is unavailable, or there was an internal error: the page connects again.
CLOSE_TRY_AGAIN = 1013
BROADCASTERS = Broadcasters()

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def watch_run(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Serve one browser that watches one run: every epoch in order, each once, even if notifications are lost.

    An ASGI application. The run's broadcaster encodes each message once for all subscribers; a slow browser delays
    only its own messages. Of the messages of a page, a ping is answered and any other is ignored.
    """
    await receive()
    await send({"type": "websocket.accept"})
    run_id = int(scope["url_route"]["kwargs"]["run_id"])
    begin_request(SimpleNamespace(user=scope.get("user")), run_id)
    sending = asyncio.create_task(_send_updates(run_id, _requested_after(scope["query_string"]), send))
    try:
        while (message := await receive())["type"] != "websocket.disconnect":
            if is_ping(message.get("text")):
                await send(PONG)
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await sending


async def _send_updates(run_id: int, after: int, send: Send) -> None:
    """Send what the page lacks, then every update, until the run is gone."""
    broadcaster = BROADCASTERS.subscribe(run_id)
    try:
        update = await READ(run_id, after, 0)
        await send({"type": "websocket.send", "text": update.snapshot})
        position = Position.of_snapshot(update, after_epoch=after)
        # The broadcaster begins with the epochs that the run has, whatever this page claims to have.
        broadcaster.start(replace(position, epoch=update.run["epoch"]))
        await _follow(broadcaster, position, send)
    except Run.DoesNotExist:
        await send({"type": "websocket.close", "code": CLOSE_NO_SUCH_RUN})
    except OSError:
        return  # the browser disconnected
    except Exception as error:  # the boundary: a page that gets no more updates must be disconnected
        if not isinstance(error, Error | BroadcastError):
            logger.exception("updates of run %s have ended", run_id)
        await send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})
    finally:
        BROADCASTERS.unsubscribe(broadcaster)


async def _follow(broadcaster: Broadcaster, position: Position, send: Send) -> None:
    """Send the broadcaster's messages from the page's position on.

    Raises:
        Run.DoesNotExist: the run was deleted.
        BroadcastError: the broadcaster has ended.
    """
    progress = None
    while True:
        changed, news = broadcaster.changed, broadcaster.news
        if broadcaster.is_gone:
            raise Run.DoesNotExist
        if broadcaster.is_failed:
            raise BroadcastError
        if news is not None and news.after.revision > position.revision:
            if news.before == position:
                texts, position = news.texts, news.after
            else:  # it was slow, or connected with epochs of its own: it is sent what the database has
                update = await READ(broadcaster.run_id, position.epoch, position.events)
                texts, position = position.texts(update), position.after(update)
            for text in texts:
                await send({"type": "websocket.send", "text": text})
        elif broadcaster.progress is not progress:
            progress = broadcaster.progress
            if progress is not None and progress.epoch == position.epoch + 1:
                await send({"type": "websocket.send", "text": progress.text})
        else:
            await changed.wait()


def _requested_after(query: bytes) -> int:
    """The last epoch that the page has, by its address."""
    text = parse_qs(query.decode("latin1")).get("after", ["0"])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
