"""One broadcaster per watched run and process: it reads the run once and publishes the messages to all subscribers."""

import asyncio
import contextlib
import json
import logging
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import Error

from training.messaging.notifications import group_name
from training.models import Run
from training.watching import updates
from training.watching.updates import Position, RunUpdate
from weblib.single_flight import SingleFlight

logger = logging.getLogger(__name__)

# A notification that was lost delays an update by this long at most.
POLL_SECONDS = 2.0
# How long a call waits for Redis, and how long it is not called after a failure.
REDIS_SECONDS = 1.0
PAUSE_SECONDS = 5.0
READ: SingleFlight[RunUpdate] = SingleFlight(database_sync_to_async(updates.read))


@dataclass(frozen=True, slots=True)
class News:
    """The messages that lead from one position to the next."""

    before: Position
    after: Position
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an epoch is, as a message."""

    epoch: int
    text: str


class BroadcastError(Exception):
    """The broadcaster of a run ended because of an internal error; its subscribers must connect again."""


class Broadcaster:
    """Reads one run for all its subscribers in this process.

    Attributes:
        news: The newest messages about the run.
        progress: The newest progress within an epoch.
        changed: Set when either is replaced; then a new event takes its place.
        is_gone: Whether the run was deleted.
        is_failed: Whether an internal error ended the broadcaster.
        subscribers: How many there are.
    """

    def __init__(self, run_id: int) -> None:
        self.news: News | None = None
        self.progress: Progress | None = None
        self.is_gone = False
        self.is_failed = False
        self.changed = asyncio.Event()
        self.subscribers = 0
        self.run_id = run_id
        self._notified = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, position: Position) -> None:
        """Begin to read what comes after `position`, unless it has begun."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._subscribe()), asyncio.create_task(self._poll(position))]

    def stop(self) -> None:
        """Read no more."""
        for task in self._tasks:
            task.cancel()

    async def _poll(self, position: Position) -> None:
        """Read the run on each notification, and every `POLL_SECONDS`, until it is gone."""
        while True:
            self._notified.clear()
            try:
                update = await READ(self.run_id, position.epoch, position.events)
                if update.revision != position.revision:
                    self.news = News(position, position.after(update), position.texts(update))
                    position = self.news.after
                    self._wake()
            except Run.DoesNotExist:
                self.is_gone = True
                self._wake()
                return
            except Error as error:
                logger.warning("run %s cannot be read: %s", self.run_id, error)
            except Exception:  # the boundary: a socket whose broadcaster has ended would stay open without updates
                logger.exception("the broadcaster of run %s has ended", self.run_id)
                self.is_failed = True
                self._wake()
                return
            try:
                await asyncio.wait_for(self._notified.wait(), POLL_SECONDS)
            except TimeoutError:
                continue

    async def _subscribe(self) -> None:
        """Receive notifications; while Redis is unavailable, polling replaces them."""
        layer, group, channel = get_channel_layer(), group_name(self.run_id), ""
        try:
            while layer is not None:
                try:
                    channel = channel or await asyncio.wait_for(layer.new_channel(), REDIS_SECONDS)
                    await asyncio.wait_for(layer.group_add(group, channel), REDIS_SECONDS)
                    # What was written before the subscription began was not notified here.
                    self._notified.set()
                    while True:
                        self._receive(await layer.receive(channel))
                except Exception as error:  # Redis may fail in any way: polling goes on
                    logger.warning("run %s is polled, Redis is unavailable: %s", self.run_id, error)
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            if layer is not None and channel:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(layer.group_discard(group, channel), REDIS_SECONDS)

    def _receive(self, message: dict[str, Any]) -> None:
        progress = message.get("progress")
        if progress is None:
            self._notified.set()
        else:
            self.progress = Progress(progress["epoch"], json.dumps({"type": "batch.progress", **progress}))
            self._wake()

    def _wake(self) -> None:
        """Wake the subscribers that wait; those that wait from now on wait for the next change."""
        self.changed.set()
        self.changed = asyncio.Event()


class Broadcasters:
    """The broadcasters of this process, each as long as it has subscribers. For one event loop."""

    def __init__(self) -> None:
        self._broadcasters: dict[int, Broadcaster] = {}

    def subscribe(self, run_id: int) -> Broadcaster:
        """The broadcaster of the run; every subscriber must unsubscribe. One that has failed is replaced."""
        broadcaster = self._broadcasters.get(run_id)
        if broadcaster is None or broadcaster.is_failed:
            broadcaster = self._broadcasters[run_id] = Broadcaster(run_id)
        broadcaster.subscribers += 1
        return broadcaster

    def unsubscribe(self, broadcaster: Broadcaster) -> None:
        """Leave; the broadcaster ends with its last subscriber."""
        broadcaster.subscribers -= 1
        if not broadcaster.subscribers:
            broadcaster.stop()
            if self._broadcasters.get(broadcaster.run_id) is broadcaster:
                del self._broadcasters[broadcaster.run_id]
