"""`/ws/runs/<id>/`: a run as it happens. Redis only rings; whatever is sent was read from the database."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from django.db import Error

from training.models import Run
from training.watching.broadcaster import READ, Broadcaster, Broadcasters
from training.watching.updates import Position

logger = logging.getLogger(__name__)

CLOSE_NO_SUCH_RUN = 4404
# The database is away, or we have made a mistake: the page connects again.
CLOSE_TRY_AGAIN = 1013
BROADCASTERS = Broadcasters()

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def watch_run(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Serve one browser that watches one run: every epoch in order, each once, whatever the bus loses.

    An ASGI application. What is sent was made in the run's room, once for all who watch; a slow browser is waited for
    here, and by nobody else.
    """
    await receive()
    await send({"type": "websocket.accept"})
    run_id = int(scope["url_route"]["kwargs"]["run_id"])
    telling = asyncio.create_task(_tell(run_id, _asked_after(scope["query_string"]), send))
    try:
        while (await receive())["type"] != "websocket.disconnect":
            pass  # what a page says is not listened to
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await telling


async def _tell(run_id: int, after: int, send: Send) -> None:
    """Send what the page lacks, then what happens, until the run is gone."""
    room = BROADCASTERS.enter(run_id)
    try:
        reading = await READ(run_id, after, 0)
        await send({"type": "websocket.send", "text": reading.snapshot})
        told = Position.of_snapshot(reading, after_epoch=after)
        # The room begins with what the run has, whatever this page said that it has.
        room.open(replace(told, epoch=reading.run["epoch"]))
        await _tell_news(run_id, room, told, send)
    except Run.DoesNotExist:
        await send({"type": "websocket.close", "code": CLOSE_NO_SUCH_RUN})
    except OSError:
        return  # the browser went away
    except Exception as error:  # the boundary: a page that is told nothing more must know it
        if not isinstance(error, Error):
            logger.exception("run %s can no longer be told", run_id)
        await send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})
    finally:
        BROADCASTERS.leave(run_id)


async def _tell_news(run_id: int, room: Broadcaster, told: Position, send: Send) -> None:
    """Follow the room's news from where the page is.

    Raises:
        Run.DoesNotExist: the run was deleted.
    """
    progress = None
    while True:
        changed, news = room.changed, room.news
        if room.is_gone:
            raise Run.DoesNotExist
        if news is not None and news.after.revision > told.revision:
            if news.before == told:
                texts, told = news.texts, news.after
            else:  # it was slow, or came with epochs of its own: it is told from the database
                reading = await READ(run_id, told.epoch, told.events)
                texts, told = told.texts(reading), told.after(reading)
            for text in texts:
                await send({"type": "websocket.send", "text": text})
        elif room.progress is not progress:
            progress = room.progress
            if progress is not None and progress.epoch == told.epoch + 1:
                await send({"type": "websocket.send", "text": progress.text})
        else:
            await changed.wait()


def _asked_after(query: bytes) -> int:
    """The last epoch that the page says it has."""
    text = parse_qs(query.decode("latin1")).get("after", ["0"])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
