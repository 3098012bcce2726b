"""Drawings of many who ask at once: who gets which answer, who asks the database, and whom an error reaches."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.db import connection

from datasets.errors import InkError
from inference.errors import VersionNotFoundError
from inference.model_files.pickle import network_pickle
from inference.registry import alias_services, services, trash_services
from inference.serving import network_cache, prediction
from inference.serving.micro_batching import MicroBatcher
from inference.serving.prediction import PredictRequest, answer
from nnlib import Network

pytestmark = [pytest.mark.django_db(transaction=True)]
Draw = Callable[..., Network]
DIGITS = np.random.default_rng(5).integers(0, 256, (40, 784)).tolist()


@pytest.fixture(autouse=True)
def two_versions(draw_network: Draw, model_store: Path) -> None:
    """Versions 1 (the champion) and 2, of different weights."""
    for seed in range(2):
        services.import_version(network_pickle.network_to_bytes(draw_network(seed=seed)))


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[int | str]:
    """The names that the database was asked for, in order."""
    asked: list[int | str] = []
    look_up = prediction.NETWORKS.look_up

    def noted(name: int | str) -> Any:
        asked.append(name)
        return look_up(name)

    monkeypatch.setattr(prediction.NETWORKS, "look_up", noted)
    return asked


def about(reply: Any) -> list[tuple[int, int, list[float]]]:
    return [(result["version"], result["digit"], result["probabilities"]) for result in reply["results"]]


def ask_together(requests: list[PredictRequest]) -> list[Any]:
    """The replies, and the errors, to requests that come in one turn of the event loop."""

    async def all_of_them() -> list[Any]:
        answerer = MicroBatcher()
        await answerer.reply(PredictRequest(pixels=DIGITS[0], versions=[1, 2]))
        return await asyncio.gather(*(answerer.reply(request) for request in requests), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_each_of_many_gets_the_answer_to_its_own_drawing() -> None:
    asked = [[1], [2], [1, 2], [2, "champion"]]
    requests = [
        PredictRequest(pixels=pixels, versions=asked[number % 4], id=number) for number, pixels in enumerate(DIGITS)
    ]
    for request, reply in zip(requests, ask_together(requests), strict=True):
        alone = answer(request, [prediction.NETWORKS.get(name) for name in request.versions])
        assert (reply["id"], reply["seen"].tolist()) == (request.id, request.pixels)
        for (version, digit, shares), expected in zip(about(reply), about(alone), strict=True):
            assert (version, digit) == expected[:2]
            np.testing.assert_allclose(shares, expected[2], atol=1e-6)


def test_those_who_ask_together_go_through_a_network_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[int] = []
    probabilities = Network.probabilities

    def counted(network: Network, x: Any) -> Any:
        passed.append(len(x))
        return probabilities(network, x)

    monkeypatch.setattr(Network, "probabilities", counted)
    ask_together([PredictRequest(pixels=pixels, versions=[1]) for pixels in DIGITS])
    assert max(passed) == len(DIGITS)


def test_an_error_reaches_only_whose_it_is() -> None:
    good, missing = PredictRequest(pixels=DIGITS[1]), PredictRequest(pixels=DIGITS[1], versions=["nobody"])
    blank = PredictRequest(pixels=DIGITS[1][:-1])
    first, second, third, last = ask_together([good, missing, blank, good])
    assert isinstance(second, VersionNotFoundError)
    assert isinstance(third, InkError)
    alone = answer(good, [prediction.NETWORKS.get(1)])["results"][0]["probabilities"]
    for reply in (first, last):
        assert reply["results"][0]["probabilities"] == pytest.approx(alone, abs=1e-6)


def test_a_network_that_fails_tells_all_who_asked_and_stops_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = prediction.NETWORKS.get(2).network
    probabilities = Network.probabilities

    def failing(network: Network, x: Any) -> Any:
        if network is broken and len(x) > 1:
            raise MemoryError
        return probabilities(network, x)

    monkeypatch.setattr(Network, "probabilities", failing)
    replies = ask_together([PredictRequest(pixels=DIGITS[0], versions=[number]) for number in (2, 1, 2)])
    assert [isinstance(reply, MemoryError) for reply in replies] == [True, False, True]


def test_of_many_who_wait_for_what_a_name_means_one_asks_the_database(lookups: list[int | str]) -> None:
    async def many() -> None:
        answerer = MicroBatcher()
        await asyncio.gather(*(answerer.reply(PredictRequest(pixels=pixels)) for pixels in DIGITS))

    asyncio.run(many())
    assert lookups == ["champion"]


def test_who_stops_waiting_does_not_end_the_lookup_of_the_others() -> None:
    async def story() -> Any:
        answerer = MicroBatcher()
        gone, patient = (asyncio.create_task(answerer.reply(PredictRequest(pixels=DIGITS[0]))) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await patient

    assert asyncio.run(story())["results"][0]["version"] == 1


def test_a_meaning_is_asked_for_again_before_it_is_too_old_and_nobody_waits(
    lookups: list[int | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_cache, "MEANING_SECONDS", 1e9)
    monkeypatch.setattr(network_cache, "REFRESH_SECONDS", 0.0)

    async def story() -> list[int]:
        answerer = MicroBatcher()
        await answerer.reply(PredictRequest(pixels=DIGITS[0]))
        await database_sync_to_async(alias_services.move_alias)("champion", 2)
        answered: list[int] = []
        while not answered or answered[-1] != 2:
            answered.append((await answerer.reply(PredictRequest(pixels=DIGITS[0])))["results"][0]["version"])
            await asyncio.sleep(0.001)
        return answered

    assert asyncio.run(story())[0] == 1  # the first after the move was answered at once, by what was known
    assert lookups.count("champion") >= 2


def test_a_version_that_goes_is_not_answered_with_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        answerer = MicroBatcher()
        await answerer.reply(PredictRequest(pixels=DIGITS[0], versions=[2]))
        await database_sync_to_async(trash_services.trash_version)(2)
        monkeypatch.setattr(network_cache, "MEANING_SECONDS", 0.0)  # as if that time had passed
        with pytest.raises(VersionNotFoundError, match="in the trash"):
            await answerer.reply(PredictRequest(pixels=DIGITS[0], versions=[2]))

    asyncio.run(story())


def test_an_answerer_serves_one_event_loop_after_another() -> None:
    answerer = MicroBatcher()
    replies = [asyncio.run(answerer.reply(PredictRequest(pixels=DIGITS[0]))) for _ in range(2)]
    assert about(replies[0]) == about(replies[1])


def test_rows_of_pixels_do_not_keep_the_loop_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: dict[int, int] = {}
    probabilities = Network.probabilities

    def noted(network: Network, x: Any) -> Any:
        threads[len(x)] = threading.get_ident()
        return probabilities(network, x)

    monkeypatch.setattr(Network, "probabilities", noted)
    (reply,) = ask_together([PredictRequest(pixels=DIGITS)])
    assert len(reply["results"][0]["digits"]) == len(DIGITS)
    assert threads[1] == threading.get_ident() != threads[len(DIGITS)]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server to lose")
def test_a_connection_that_the_database_ended_is_made_anew() -> None:
    async def story() -> None:
        answerer = MicroBatcher()
        await answerer.reply(PredictRequest(pixels=DIGITS[0], versions=[1]))
        served_by = await sync_to_async(backend)()
        await asyncio.to_thread(end, served_by)
        assert await answerer.reply(PredictRequest(pixels=DIGITS[0], versions=[2]))

    asyncio.run(story())


def backend() -> int:
    """The process that serves this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(process: int) -> None:
    """Let the database end a connection, as it does when it is restarted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])
    connection.close()
