"""What the scheduler mends: workers that died, messages that were lost, checkpoints that nobody needs."""

import fcntl
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from training.messaging import queue
from training.models import Run
from training.runs import checkpoints, services
from training.runs.selectors import events_of, get_run
from training.states import Status
from training.worker import leases, reconciliation
from training.worker.process_identity import this_process

Submit = Callable[..., Run]
LONG = timedelta(hours=1)


def messages_waiting() -> int:
    """How many tasks lie in Redis."""
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.queue_declare("celery").message_count)


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    """No task waits in Redis."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")


def lost(run: Run, **fields: Any) -> Run:
    """The run, as its worker left it when it died an hour ago."""
    assert leases.claim(run.pk) is not None
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - LONG, **fields)
    return get_run(run.pk)


def test_a_run_whose_worker_died_is_queued_again(submit: Submit) -> None:
    run = lost(submit())
    reconciliation.reconcile()
    back = get_run(run.pk)
    assert (back.status, back.losses, back.lease_token) == ("queued", 1, None)
    assert events_of(run.pk)[-1]["text"] == f"Worker {run.worker} was lost in epoch 1; the run starts again."
    assert messages_waiting() == 1


def test_a_run_with_a_checkpoint_goes_on_from_it(submit: Submit) -> None:
    run = lost(submit(), checkpoint="abc", last_epoch=4)
    reconciliation.reconcile()
    assert get_run(run.pk).checkpoint == "abc"
    assert events_of(run.pk)[-1]["text"].endswith("was lost in epoch 5; the run goes on after epoch 4.")


def test_a_run_whose_worker_lives_is_left_alone(submit: Submit) -> None:
    run = submit()
    leases.claim(run.pk)
    reconciliation.reconcile()
    assert (get_run(run.pk).status, messages_waiting()) == ("running", 0)


def test_a_run_that_loses_too_many_workers_fails_with_the_story(submit: Submit) -> None:
    run = lost(submit(), losses=django_settings.MAX_ATTEMPTS - 1, last_epoch=2)
    reconciliation.reconcile()
    failed = get_run(run.pk)
    assert failed.status == "failed"
    assert failed.failure == (
        f"Worker {run.worker} was lost in epoch 3, and {django_settings.MAX_ATTEMPTS - 1} before it since the last "
        "epoch. It is not tried again by itself."
    )
    assert events_of(run.pk)[-1]["text"] == failed.failure
    assert messages_waiting() == 0


def test_an_epoch_forgives_the_losses_before_it(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    Run.objects.filter(pk=run.pk).update(losses=3)
    numbers = ("train_error", "train_accuracy", "test_error", "test_accuracy", "learning_rate", "seconds")
    leases.record_epoch(lease, {"epoch": 1, **dict.fromkeys(numbers, 0.5)}, checkpoint="", curve=[])
    assert get_run(run.pk).losses == 0


def test_a_failed_run_can_be_tried_again_by_hand(submit: Submit) -> None:
    run = lost(submit(), losses=django_settings.MAX_ATTEMPTS - 1)
    reconciliation.reconcile()
    assert services.resume_run(run.pk).losses == 0


def test_a_run_that_was_lost_while_it_stopped_is_stopped(submit: Submit) -> None:
    run = lost(submit())
    services.request_stop(run.pk)
    reconciliation.reconcile()
    stopped = get_run(run.pk)
    assert stopped.status == "stopped"
    assert stopped.finished_at is not None
    assert messages_waiting() == 0


def dead_process() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_run_whose_process_was_killed_here_need_not_wait_for_its_lease_to_end(submit: Submit) -> None:
    run = submit()
    assert leases.claim(run.pk) is not None
    here, _, _ = this_process().rpartition(":")
    Run.objects.filter(pk=run.pk).update(worker=f"{here}:{dead_process()}")
    reconciliation.reconcile()
    assert (get_run(run.pk).status, get_run(run.pk).losses, messages_waiting()) == ("queued", 1, 1)


@pytest.mark.parametrize("place", ["{host}", "{host}-000000", "another-machine"])
def test_a_run_whose_process_was_numbered_elsewhere_is_not_taken_from_it(submit: Submit, place: str) -> None:
    run = submit()
    assert leases.claim(run.pk) is not None
    where = place.format(host=socket.gethostname())
    Run.objects.filter(pk=run.pk).update(worker=f"{where}:{dead_process()}")
    reconciliation.reconcile()
    assert (get_run(run.pk).status, messages_waiting()) == ("running", 0)


@pytest.mark.parametrize("worker", [None, "nobody", ""])
def test_a_run_whose_process_may_live_is_not_taken_from_it(submit: Submit, worker: str | None) -> None:
    run = submit()
    assert leases.claim(run.pk) is not None
    Run.objects.filter(pk=run.pk).update(worker=this_process() if worker is None else worker)
    reconciliation.reconcile()
    assert (get_run(run.pk).status, messages_waiting()) == ("running", 0)


def test_reconciling_twice_changes_nothing_more(submit: Submit) -> None:
    run = lost(submit())
    reconciliation.reconcile()
    before = (Run.objects.filter(pk=run.pk).values().get(), events_of(run.pk), messages_waiting())
    reconciliation.reconcile()
    assert (Run.objects.filter(pk=run.pk).values().get(), events_of(run.pk), messages_waiting()) == before


def test_two_schedulers_at_once_take_a_run_over_once(submit: Submit) -> None:
    runs = [lost(submit()) for _ in range(5)]
    ready = threading.Barrier(3)
    problems: list[BaseException] = []

    def reconcile() -> None:
        try:
            ready.wait(30)
            reconciliation.reconcile()
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=reconcile) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert [(get_run(run.pk).status, get_run(run.pk).losses) for run in runs] == [("queued", 1)] * 5
    assert messages_waiting() == 5


# A message that was lost.


def waiting_for_long(run: Run) -> Run:
    Run.objects.filter(pk=run.pk).update(offered_at=timezone.now() - LONG)
    return run


def test_a_run_whose_message_was_lost_is_offered_again(submit: Submit) -> None:
    run = waiting_for_long(submit())
    reconciliation.reconcile()
    assert messages_waiting() == 1
    assert get_run(run.pk).offered_at > timezone.now() - LONG


def test_a_run_that_was_offered_again_is_not_offered_at_the_next_turn(submit: Submit) -> None:
    waiting_for_long(submit())
    reconciliation.reconcile()
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")
    reconciliation.reconcile()
    assert messages_waiting() == 0


def test_a_run_that_waits_for_a_moment_is_not_offered_again(submit: Submit) -> None:
    submit()
    reconciliation.reconcile()
    assert messages_waiting() == 0


def test_nothing_is_offered_again_while_a_message_waits(submit: Submit) -> None:
    run = waiting_for_long(submit())
    queue.enqueue(run.pk)
    reconciliation.reconcile()
    assert messages_waiting() == 1


def test_every_lost_message_is_made_good(submit: Submit) -> None:
    for _ in range(4):
        waiting_for_long(submit())
    reconciliation.reconcile()
    assert messages_waiting() == 4


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED, Status.COMPLETED])
def test_an_ended_run_is_not_offered_again(submit: Submit, status: Status) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    leases.release(lease, status, "Ended.")
    waiting_for_long(run)
    reconciliation.reconcile()
    assert messages_waiting() == 0


# Checkpoints that nobody needs.


def test_the_checkpoints_of_deleted_and_completed_runs_are_cleared(submit: Submit) -> None:
    kept, completed = submit(), submit()
    lease = leases.claim(completed.pk)
    assert lease is not None
    leases.release(lease, Status.COMPLETED, "Done.")
    for run_id in (kept.pk, completed.pk, 999_999):
        checkpoints.folder(run_id).mkdir(parents=True)
    reconciliation.reconcile()
    assert [path.name for path in checkpoints.folder(kept.pk).parent.iterdir()] == [str(kept.pk)]


def test_a_run_that_nobody_holds_keeps_its_named_checkpoint_alone(submit: Submit) -> None:
    run = submit()
    folder = checkpoints.folder(run.pk)
    folder.mkdir(parents=True)
    for name in ("named", "left-behind", ".writing-half"):
        (folder / name).touch()
    Run.objects.filter(pk=run.pk).update(checkpoint="named")
    reconciliation.reconcile()
    assert [path.name for path in folder.iterdir()] == ["named"]


def test_the_checkpoints_of_a_run_under_way_are_left_to_its_worker(submit: Submit) -> None:
    run = submit()
    leases.claim(run.pk)
    folder = checkpoints.folder(run.pk)
    folder.mkdir(parents=True)
    (folder / "about-to-be-named").touch()
    reconciliation.reconcile()
    assert [path.name for path in folder.iterdir()] == ["about-to-be-named"]


def test_a_model_file_whose_writer_was_killed_is_removed_and_one_being_written_is_not(
    submit: Submit, folders: Path
) -> None:
    models = folders / "models"
    models.mkdir()
    long_ago = time.time() - 3600
    for name in (".writing-left", ".writing-held", "whole.pickle"):
        (models / name).touch()
        os.utime(models / name, (long_ago, long_ago))
    with (models / ".writing-held").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        reconciliation.reconcile()
    assert {path.name for path in models.iterdir()} == {".writing-held", "whole.pickle"}


def test_a_folder_that_is_no_runs_is_left_alone(submit: Submit) -> None:
    other = checkpoints.folder(submit().pk).parent / "notes"
    other.mkdir(parents=True)
    reconciliation.reconcile()
    assert other.exists()
