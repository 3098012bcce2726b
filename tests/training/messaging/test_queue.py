"""Putting runs before the workers while Redis hangs or is gone: nobody waits for long, nothing is lost."""

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.utils import timezone

from training.configuration.run_config import RunConfig
from training.messaging import circuit_breaker, queue
from training.models import Run
from training.runs import services
from training.runs.selectors import get_run
from training.worker import reconciliation

Submit = Callable[..., Run]
# What the connections of workers allow themselves.
TOO_LONG_SECONDS = 20.0


def waiting() -> int:
    """How many tasks lie in Redis."""
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.queue_declare("celery").message_count)


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")


@pytest.fixture(params=["hangs", "is gone"])
def no_redis(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody listens where Redis should and never says a word; or nobody does."""
    address = str(tmp_path / "silent.sock")
    monkeypatch.setattr(circuit_breaker, "TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(current_app.conf, "broker_write_url", f"redis+socket://{address}")
    with socket.socket(socket.AF_UNIX) as silent:
        if request.param == "hangs":
            silent.bind(address)
            silent.listen(64)
        yield


@pytest.mark.usefixtures("no_redis", "folders", "transactional_db")
def test_a_run_is_submitted_without_redis_and_waits_for_the_scheduler() -> None:
    began = time.monotonic()
    run = services.submit_run(RunConfig(dataset="pen-strokes"))
    assert time.monotonic() - began < TOO_LONG_SECONDS
    assert get_run(run.pk).status == "queued"


@pytest.mark.usefixtures("no_redis")
def test_who_has_just_learned_that_redis_is_away_does_not_ask_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    queue.enqueue(1)
    asked: list[int] = []
    monkeypatch.setattr(queue, "short_timeout_connection", lambda: asked.append(1))
    queue.enqueue(2)
    assert asked == []


@pytest.mark.usefixtures("no_redis")
def test_a_scheduler_that_cannot_ask_redis_sends_nothing_again(submit: Submit) -> None:
    run = submit()
    long_ago = timezone.now() - timedelta(hours=1)
    Run.objects.filter(pk=run.pk).update(offered_at=long_ago)
    reconciliation.offer_lost_runs()
    assert get_run(run.pk).offered_at == long_ago


def test_a_message_that_could_not_be_sent_is_sent_once_redis_is_back(submit: Submit) -> None:
    run = submit()
    circuit_breaker.record_failure()
    queue.enqueue(run.pk)
    assert waiting() == 0
    circuit_breaker.reset()
    Run.objects.filter(pk=run.pk).update(offered_at=timezone.now() - timedelta(hours=1))
    reconciliation.reconcile()
    assert waiting() == 1
