"""`/ws/runs/<id>/`: a run as it happens. Redis only rings; whatever is sent was read from the database."""

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError

from training import feed
from training.feed import Reading
from training.live import group_name
from training.models import Run
from training.shared_reads import SharedReads

logger = logging.getLogger(__name__)

# A ring that was lost is made good after this long.
LOOK_SECONDS = 2.0
CLOSE_NO_SUCH_RUN = 4404
READ: SharedReads[Reading] = SharedReads(database_sync_to_async(feed.read))


class RunConsumer(AsyncJsonWebsocketConsumer):
    """One browser watching one run: every epoch in order, each once, whatever the bus loses."""

    async def connect(self) -> None:
        """Send what the page lacks, then listen."""
        self._run_id = int(self.scope["url_route"]["kwargs"]["run_id"])
        self._epoch, self._revision, self._events = _asked_after(self.scope["query_string"]), -1, 0
        self._ring = asyncio.Event()
        self._state = ("", "")
        self._is_subscribed = False
        await self.accept()
        self._looking = asyncio.create_task(self._look_and_look_again())

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 -- Channels' signature
        """Stop looking."""
        self._looking.cancel()
        try:
            await self.channel_layer.group_discard(group_name(self._run_id), self.channel_name)
        except Exception as error:  # Redis may fail in any way: the look every two seconds must do
            logger.info("run %s: %s", self._run_id, error)

    async def run_ring(self, message: dict[str, Any]) -> None:
        """Handle the doorbell: pass progress on, and have a look otherwise."""
        progress = message.get("progress")
        if progress is None:
            self._ring.set()
        elif progress["epoch"] == self._epoch + 1:
            await self.send_json({"type": "batch.progress", **progress})

    async def _look_and_look_again(self) -> None:
        while True:
            await self._subscribe()
            self._ring.clear()
            try:
                reading = await READ(self._run_id, self._epoch, self._events)
                await self._tell(reading)
            except Run.DoesNotExist:
                await self.close(CLOSE_NO_SUCH_RUN)
                return
            except DatabaseError as error:
                logger.warning("run %s cannot be read: %s", self._run_id, error)
            try:
                await asyncio.wait_for(self._ring.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def _subscribe(self) -> None:
        """Listen to the doorbell; while Redis is away the look every two seconds must do."""
        if self._is_subscribed:
            return
        try:
            await asyncio.wait_for(self.channel_layer.group_add(group_name(self._run_id), self.channel_name), 1.0)
            self._is_subscribed = True
        except Exception as error:  # Redis may fail in any way: the look every two seconds must do
            logger.warning("run %s is watched without Redis: %s", self._run_id, error)

    async def _tell(self, reading: Reading) -> None:
        if self._revision < 0:
            snapshot = {"type": "run.snapshot", "run": reading.run, "epochs": reading.epochs, "events": reading.events}
            await self.send_json(snapshot)
        else:
            for epoch in reading.epochs:
                await self.send_json({"type": "epoch.finished", "epoch": epoch})
            if (reading.run["status"], reading.run["stage"]) != self._state or reading.events:
                run = reading.run
                await self.send_json(
                    {
                        "type": "status.changed",
                        "status": run["status"],
                        "version": run["version"],
                        "run": run,
                        "events": reading.events,
                    }
                )
        self._state = (reading.run["status"], reading.run["stage"])
        self._revision = reading.revision
        self._events += len(reading.events)
        if reading.epochs:
            self._epoch = reading.epochs[-1]["epoch"]


def _asked_after(query: bytes) -> int:
    """The last epoch that the page says it has."""
    text = parse_qs(query.decode("latin1")).get("after", ["0"])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
