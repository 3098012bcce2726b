"""The order in which workers claim runs: that of the queue in the database, whatever became of the messages."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery, current_app
from django.db import connection, transaction
from django.utils import timezone

from digitlab.processes import redis_address
from tests.lab import Lab, store_small_pen_strokes
from training.models import Run
from training.runs import services, trash_services
from training.runs.selectors import get_run
from training.tasks import train
from training.worker import leases, reconciliation, shutdown

Submit = Callable[..., Run]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    """No task waits in Redis."""
    purge()
    yield
    purge()


def purge() -> None:
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")


def messages_waiting() -> int:
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.queue_declare("celery").message_count)


def claimed_next() -> int | None:
    """The run that a free slot claims now."""
    lease = leases.claim_next()
    return None if lease is None else lease.run_id


def statuses(*runs: Run) -> list[str]:
    return [get_run(run.pk).status for run in runs]


def test_a_free_slot_claims_the_run_that_was_queued_first(submit: Submit) -> None:
    first, second, third = submit(), submit(), submit()
    Run.objects.filter(pk=first.pk).update(queued_at=timezone.now() + MINUTE)
    assert [claimed_next() for _ in range(4)] == [second.pk, third.pk, first.pk, None]


def test_runs_of_one_moment_are_claimed_by_number(submit: Submit) -> None:
    runs = [submit().pk for _ in range(3)]
    Run.objects.update(queued_at=timezone.now())
    assert [claimed_next() for _ in range(3)] == runs


def test_a_run_whose_message_was_lost_is_not_overtaken(submit: Submit) -> None:
    first, second, third = submit(epochs=1), submit(epochs=1), submit(epochs=1)
    train(third.pk)
    assert statuses(first, second, third) == ["completed", "queued", "queued"]


def test_a_message_for_which_no_run_is_left_does_nothing(submit: Submit) -> None:
    stopped, deleted = submit(), submit()
    services.request_stop(stopped.pk)
    trash_services.trash_run(deleted.pk)
    train(deleted.pk)
    assert statuses(stopped) == ["stopped"]
    assert (get_run(stopped.pk).attempt, messages_waiting()) == (0, 0)


def test_a_slot_that_has_ended_a_run_sends_a_message_for_the_runs_that_are_left(submit: Submit) -> None:
    first, _second, _third = submit(epochs=1), submit(epochs=1), submit(epochs=1)
    train(first.pk)
    assert messages_waiting() == 1


def test_a_slot_that_has_ended_the_last_run_sends_no_message(submit: Submit) -> None:
    train(submit(epochs=1).pk)
    assert messages_waiting() == 0


def test_a_run_that_was_handed_back_keeps_its_place(submit: Submit) -> None:
    first, second = submit(), submit()
    shutdown.request()
    train(first.pk)
    shutdown.withdraw()
    assert statuses(first, second) == ["queued", "queued"]
    assert claimed_next() == first.pk


def test_a_run_whose_worker_was_lost_keeps_its_place(submit: Submit) -> None:
    first, second = submit(), submit()
    assert claimed_next() == first.pk
    Run.objects.filter(pk=first.pk).update(heartbeat_at=timezone.now() - 60 * MINUTE)
    reconciliation.reconcile()
    assert [claimed_next(), claimed_next()] == [first.pk, second.pk]


def test_a_run_that_is_resumed_gets_a_new_place(submit: Submit) -> None:
    first, second = submit(), submit()
    services.request_stop(first.pk)
    services.resume_run(first.pk)
    assert [claimed_next(), claimed_next()] == [second.pk, first.pk]


def test_many_slots_at_once_claim_every_run_once(submit: Submit) -> None:
    runs = [submit().pk for _ in range(30)]
    ready = threading.Barrier(6)
    claimed: list[int] = []
    problems: list[BaseException] = []

    def claim_all() -> None:
        try:
            ready.wait(30)
            while (run_id := claimed_next()) is not None:
                claimed.append(run_id)
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    slots = [threading.Thread(target=claim_all) for _ in range(6)]
    for slot in slots:
        slot.start()
    for slot in slots:
        slot.join(60)
    assert problems == []
    assert sorted(claimed) == runs
    assert set(Run.objects.values_list("attempt", flat=True)) == {1}


def test_a_run_that_is_locked_holds_no_slot_up(submit: Submit) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks the whole database")
    first, second = submit(), submit()
    claimed: list[int | None] = []

    def claim() -> None:
        claimed.append(claimed_next())
        connection.close()

    with transaction.atomic():
        Run.objects.select_for_update(of=("self",)).get(pk=first.pk)
        slot = threading.Thread(target=claim)
        slot.start()
        slot.join(3)
    assert claimed == [second.pk]


@pytest.mark.processes
def test_one_message_is_enough_for_a_real_worker_to_train_every_run_in_order(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "lab", WORKER_SLOTS="1", REQUEUE_SECONDS="3600")
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    broker = redis_address.celery_url(redis_address.embedded_url(lab.data_dir))
    try:
        blocker = lab.submit(hidden_layers=[256], epochs=5000, batch_size=8)
        lab.wait_for(blocker, "running")
        runs = [lab.submit(epochs=1, seed=seed) for seed in range(5)]
        with Celery(broker=broker, set_as_current=False) as app, app.connection_for_write() as messages:
            assert messages.default_channel.queue_purge("celery") == 5
            app.send_task("training.tasks.train", args=[runs[-1]], connection=messages)
        lab.call("POST", f"runs/{blocker}/stop")
        done = [lab.wait_for(run_id, "completed") for run_id in runs]
        versions = [run["version"] for run in done]
        assert versions == list(range(versions[0], versions[0] + 5))
    finally:
        lab.stop()
