"""Those who watch one run together: a slow browser, one that comes in the middle, one that goes."""

import asyncio
import json
from typing import Any

import pytest
from django.db import OperationalError

from training.models import Run
from training.watching import broadcaster, socket
from training.watching.updates import RunUpdate

RUN: dict[str, Any] = {"status": "running", "stage": "", "version": None, "epoch": 0}


class Database:
    """A run whose readings a test decides."""

    def __init__(self) -> None:
        self.epochs, self.is_away, self.is_gone, self.reads = 0, False, False, 0
        self.fails = False

    async def read(self, _run_id: int, after_epoch: int, _after_events: int) -> RunUpdate:
        if self.fails:
            raise KeyError("a mistake of ours")
        self.reads += 1
        if self.is_gone:
            raise Run.DoesNotExist
        if self.is_away:
            raise OperationalError("the database is away")
        epochs: Any = [{"epoch": number} for number in range(after_epoch + 1, self.epochs + 1)]
        run: Any = {**RUN, "epoch": self.epochs}
        return RunUpdate(run, self.epochs, epochs, [])


class Browser:
    """One page that watches: what it was sent, and whether it reads at all."""

    def __init__(self, after: int = 0) -> None:
        self.sent: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._inbox.put_nowait({"type": "websocket.connect"})
        scope = {"url_route": {"kwargs": {"run_id": "7"}}, "query_string": f"after={after}".encode()}
        self._task = asyncio.create_task(socket.watch_run(scope, self._inbox.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        self.sent.append(json.loads(message["text"]) if "text" in message else message)

    @property
    def epochs(self) -> list[int]:
        """The numbers that it was sent, in order."""
        found = []
        for message in self.sent:
            if message["type"] == "run.snapshot":
                found += [epoch["epoch"] for epoch in message["epochs"]]
            elif message["type"] == "epoch.finished":
                found.append(message["epoch"]["epoch"])
        return found

    async def leave(self) -> None:
        """Close the page."""
        self._inbox.put_nowait({"type": "websocket.disconnect"})
        await self._task


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    database = Database()
    monkeypatch.setattr(broadcaster, "READ", database.read)
    monkeypatch.setattr(socket, "READ", database.read)
    monkeypatch.setattr(broadcaster, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(broadcaster, "get_channel_layer", lambda: None)
    monkeypatch.setattr(socket, "BROADCASTERS", broadcaster.Broadcasters())
    return database


async def come_about(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def test_a_browser_that_does_not_read_holds_nobody_up_and_gets_every_epoch_once(database: Database) -> None:
    async def story() -> None:
        slow, quick = Browser(), Browser()
        await come_about(lambda: slow.sent and quick.sent)
        slow.reads.clear()
        for number in range(1, 6):
            database.epochs = number
            await come_about(lambda number=number: quick.epochs == list(range(1, number + 1)))
        slow.reads.set()
        await come_about(lambda: slow.epochs == [1, 2, 3, 4, 5])
        await slow.leave()
        await quick.leave()

    asyncio.run(story())


def test_pages_that_come_in_the_middle_or_have_more_than_there_is_get_what_comes(database: Database) -> None:
    async def story() -> None:
        ahead = Browser(after=99)
        await come_about(lambda: ahead.sent)
        database.epochs = 2
        late = Browser(after=1)
        await come_about(lambda: late.epochs == [2])
        database.epochs = 3
        await come_about(lambda: late.epochs == [2, 3])
        await come_about(lambda: ahead.epochs == [1, 2, 3])
        await late.leave()
        await ahead.leave()

    asyncio.run(story())


def test_a_database_that_is_away_for_a_while_costs_no_epoch(database: Database) -> None:
    async def story() -> None:
        page = Browser()
        await come_about(lambda: page.sent)
        database.is_away, reads = True, database.reads
        await come_about(lambda: database.reads > reads + 2)
        database.is_away, database.epochs = False, 2
        await come_about(lambda: page.epochs == [1, 2])
        await page.leave()

    asyncio.run(story())


def test_everybody_is_sent_home_when_the_run_is_deleted(database: Database) -> None:
    async def story() -> None:
        pages = [Browser(), Browser()]
        await come_about(lambda: all(page.sent for page in pages))
        database.is_gone = True
        closed = {"type": "websocket.close", "code": 4404}
        await come_about(lambda: all(page.sent[-1] == closed for page in pages))

    asyncio.run(story())


def test_nobody_looks_when_nobody_watches(database: Database) -> None:
    async def story() -> None:
        page = Browser()
        await come_about(lambda: database.reads > 2)
        await page.leave()
        reads = database.reads
        await asyncio.sleep(0.1)
        assert database.reads == reads
        assert not socket.BROADCASTERS._broadcasters

    asyncio.run(story())


def test_an_internal_error_disconnects_the_subscribers_and_the_next_one_is_served(database: Database) -> None:
    async def story() -> None:
        page = Browser()
        await come_about(lambda: page.sent)
        database.fails = True
        closed = {"type": "websocket.close", "code": socket.CLOSE_TRY_AGAIN}
        await come_about(lambda: page.sent[-1] == closed)
        await page.leave()
        database.fails, database.epochs = False, 2
        again = Browser(after=1)
        await come_about(lambda: again.epochs == [2])
        database.epochs = 3
        await come_about(lambda: again.epochs == [2, 3])
        await again.leave()

    asyncio.run(story())
