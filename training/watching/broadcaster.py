"""Those in this process who watch the same run: for all of them a ring is heard, the run is read and told once."""

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

# A ring that was lost is made good after this long.
LOOK_SECONDS = 2.0
# How long Redis is waited for, and how long it is then left alone.
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


class Broadcaster:
    """One run, watched: `news` and `progress` are the last of each, and `changed` is set when there is another."""

    def __init__(self, run_id: int) -> None:
        self.news: News | None = None
        self.progress: Progress | None = None
        self.is_gone = False
        self.changed = asyncio.Event()
        self.watchers = 0
        self._run_id = run_id
        self._ring = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(self, position: Position) -> None:
        """Begin to look for what comes after `position`, unless that was begun."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look(position))]

    def close(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()

    async def _look(self, position: Position) -> None:
        while True:
            self._ring.clear()
            try:
                reading = await READ(self._run_id, position.epoch, position.events)
            except Run.DoesNotExist:
                self.is_gone = True
                self._wake()
                return
            except Error as error:
                logger.warning("run %s cannot be read: %s", self._run_id, error)
            else:
                if reading.revision != position.revision:
                    self.news = News(position, position.after(reading), position.texts(reading))
                    position = self.news.after
                    self._wake()
            try:
                await asyncio.wait_for(self._ring.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def _listen(self) -> None:
        """Hear the doorbell; while Redis is away the look every two seconds must do."""
        layer, group, channel = get_channel_layer(), group_name(self._run_id), ""
        try:
            while layer is not None:
                try:
                    channel = channel or await asyncio.wait_for(layer.new_channel(), REDIS_SECONDS)
                    await asyncio.wait_for(layer.group_add(group, channel), REDIS_SECONDS)
                    # What was written before the subscription held was not rung for here.
                    self._ring.set()
                    while True:
                        self._hear(await layer.receive(channel))
                except Exception as error:  # Redis may fail in any way: the look every two seconds must do
                    logger.warning("run %s is watched without Redis: %s", self._run_id, error)
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            if layer is not None and channel:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(layer.group_discard(group, channel), REDIS_SECONDS)

    def _hear(self, message: dict[str, Any]) -> None:
        progress = message.get("progress")
        if progress is None:
            self._ring.set()
        else:
            self.progress = Progress(progress["epoch"], json.dumps({"type": "batch.progress", **progress}))
            self._wake()

    def _wake(self) -> None:
        """Let everybody see what is new; who waits from now on waits for the next."""
        self.changed.set()
        self.changed = asyncio.Event()


class Broadcasters:
    """The rooms of this process, each there as long as somebody is in it. For one event loop."""

    def __init__(self) -> None:
        self._rooms: dict[int, Broadcaster] = {}

    def enter(self, run_id: int) -> Broadcaster:
        """The room of the run; whoever enters must leave."""
        room = self._rooms.setdefault(run_id, Broadcaster(run_id))
        room.watchers += 1
        return room

    def leave(self, run_id: int) -> None:
        """Go; the last one closes the door."""
        room = self._rooms[run_id]
        room.watchers -= 1
        if not room.watchers:
            del self._rooms[run_id]
            room.close()
