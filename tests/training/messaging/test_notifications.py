"""The doorbell, with Redis away: training goes on."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from training.messaging import circuit_breaker, notifications
from training.models import Run
from training.runs.selectors import epochs_after, get_run
from training.worker.execution import execute

LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"


@pytest.fixture
def redis_that_is_gone(settings: Any, tmp_path: Path) -> None:
    """Nobody listens where Redis should."""
    hosts = [{"address": f"unix://{tmp_path}/nobody.sock"}]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": LAYER, "CONFIG": {"hosts": hosts}}}


@pytest.fixture
def redis_that_hangs(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Somebody listens where Redis should, and never says a word."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen(64)
        hosts = [{"address": f"unix://{tmp_path}/silent.sock", "socket_timeout": 30}]
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": LAYER, "CONFIG": {"hosts": hosts}}}
        yield


def test_a_ring_reaches_who_listens() -> None:
    @async_to_sync
    async def listen_and_ring() -> Any:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(notifications.group_name(5), channel)
        await layer.group_send(notifications.group_name(6), {"type": "run.changed", "who": "another run"})
        await notifications._send(notifications.group_name(5), {"type": "run.changed", "who": "this run"})
        return await layer.receive(channel)

    assert listen_and_ring() == {"type": "run.changed", "who": "this run"}


@pytest.mark.usefixtures("redis_that_is_gone")
def test_a_ring_without_redis_is_no_error() -> None:
    notifications.notify(5)


@pytest.mark.usefixtures("redis_that_hangs")
def test_a_ring_to_a_redis_that_hangs_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_breaker, "TIMEOUT_SECONDS", 0.2)
    started = time.monotonic()
    notifications.notify(5)
    # Thirty seconds is what the connection itself would wait.
    assert time.monotonic() - started < 15


@pytest.mark.usefixtures("redis_that_is_gone")
def test_a_run_trains_to_its_end_without_redis(submit: Callable[..., Run]) -> None:
    run = submit(epochs=2)
    execute(run.pk)
    assert get_run(run.pk).status == "completed"
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == [1, 2]


@pytest.mark.usefixtures("redis_that_hangs")
def test_a_run_trains_to_its_end_while_redis_hangs(submit: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_breaker, "TIMEOUT_SECONDS", 0.05)
    run = submit(epochs=2)
    execute(run.pk)
    assert get_run(run.pk).status == "completed"


@pytest.mark.usefixtures("transactional_db")
def test_nobody_is_told_of_what_was_not_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(notifications, "notify", rung.append)

    def tell_and_fail() -> None:
        with transaction.atomic():
            notifications.notify_on_commit(5)
            raise KeyError

    with pytest.raises(KeyError):
        tell_and_fail()
    with transaction.atomic():
        notifications.notify_on_commit(6)
        assert rung == []
    assert rung == [6]
