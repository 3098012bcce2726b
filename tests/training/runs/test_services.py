"""What people do with runs: submit, stop, resume, delete; and every way from one state to another."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry.services import import_version
from nnlib import Architecture, Network
from training.configuration.run_config import RunConfig
from training.errors import LeaseLostError, RunStateError
from training.models import Run
from training.runs import checkpoints, services, trash_services
from training.runs.durations import queue_position
from training.runs.selectors import events_of
from training.runs.services import FieldRefusedError
from training.states import TRANSITIONS, Status, can_become
from training.worker import leases

Submit = Callable[..., Run]


def version_of(*hidden: int, output: Any = "softmax", activation: Any = "relu") -> ModelVersion:
    architecture = Architecture((784, *hidden, 10), activation, output)
    network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
    return import_version(network_pickle.network_to_bytes(network))


def messages_waiting() -> int:
    """How many tasks lie in Redis."""
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.queue_declare("celery").message_count)


@pytest.fixture
def empty_queue() -> None:
    """No task waits in Redis."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")


def claimed(run: Run) -> leases.Lease:
    lease = leases.claim(run.pk)
    assert lease is not None
    return lease


def in_state(submit: Submit, status: Status) -> Run:
    """A run that went to `status` by the ways there are."""
    run = submit()
    if status == Status.QUEUED:
        return run
    lease = claimed(run)
    if status == Status.STOPPING:
        services.request_stop(run.pk)
    elif status != Status.RUNNING:
        leases.release(lease, status, "As the test wants it.")
    run.refresh_from_db()
    assert run.status == status
    return run


# Submitting.


def test_a_submitted_run_waits_and_says_so(submit: Submit) -> None:
    run = submit(epochs=9)
    assert (run.status, run.max_epochs, run.last_epoch) == ("queued", 9, 0)
    assert [event["text"] for event in events_of(run.pk)] == ["Submitted."]


@pytest.mark.usefixtures("folders", "transactional_db", "empty_queue")
def test_a_submitted_run_is_put_before_the_workers() -> None:
    services.submit_run(RunConfig())
    assert messages_waiting() == 1


@pytest.mark.usefixtures("folders", "transactional_db", "empty_queue")
def test_a_run_that_was_not_written_is_not_put_before_the_workers() -> None:
    from django.db import transaction

    def submit_and_fail() -> None:
        with transaction.atomic():
            services.submit_run(RunConfig())
            raise KeyError

    with pytest.raises(KeyError):
        submit_and_fail()
    assert (messages_waiting(), Run.objects.count()) == (0, 0)


@pytest.mark.usefixtures("folders", "transactional_db")
def test_a_run_is_submitted_while_redis_is_away(settings: Any, tmp_path: Path) -> None:
    gone = current_app.connection_for_write
    current_app.connection_for_write = lambda *_a, **_k: current_app.connection(
        f"redis+socket://{tmp_path}/nobody.sock"
    )
    try:
        assert services.submit_run(RunConfig()).status == "queued"
    finally:
        current_app.connection_for_write = gone


def test_a_parent_that_is_not_there_is_refused(submit: Submit) -> None:
    with pytest.raises(FieldRefusedError, match="there is no version 7") as caught:
        submit(from_version=7)
    assert caught.value.field == "from_version"
    assert Run.objects.count() == 0


def test_a_parent_with_an_enormous_number_is_refused(submit: Submit) -> None:
    with pytest.raises(FieldRefusedError, match="there is no version"):
        submit(from_version=10**40)


def test_a_parent_of_another_shape_is_refused_with_its_shape(submit: Submit) -> None:
    version_of(30, 20)
    with pytest.raises(FieldRefusedError, match="version 1 has hidden layers 30, 20: use the same"):
        submit(from_version=1, hidden_layers=[16])


def test_a_parent_with_another_activation_is_refused(submit: Submit) -> None:
    version_of(16, activation="tanh")
    with pytest.raises(FieldRefusedError, match="has activation tanh; this run has relu"):
        submit(from_version=1, activation="relu")


def test_a_parent_with_other_outputs_is_refused(submit: Submit) -> None:
    version_of(16, output="sigmoid")
    with pytest.raises(FieldRefusedError, match="has output sigmoid; this run has softmax"):
        submit(from_version=1)


def test_a_parent_of_the_same_shape_is_taken(submit: Submit) -> None:
    version_of(16)
    assert submit(from_version=1).configuration.from_version == 1


# Stopping.


def test_a_queued_run_stops_at_once(submit: Submit) -> None:
    run = services.request_stop(submit().pk)
    assert run.status == "stopped"
    assert run.finished_at is not None
    assert leases.claim(run.pk) is None


def test_a_running_run_is_asked_to_stop(submit: Submit) -> None:
    run = in_state(submit, Status.RUNNING)
    assert services.request_stop(run.pk).status == "stopping"


@pytest.mark.parametrize("status", [Status.STOPPING, Status.STOPPED])
def test_stopping_twice_changes_nothing(submit: Submit, status: Status) -> None:
    run = in_state(submit, status)
    before = (run.revision, events_of(run.pk))
    again = services.request_stop(run.pk)
    assert (again.status, (again.revision, events_of(run.pk))) == (status, before)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_an_ended_run_cannot_be_stopped(submit: Submit, status: Status) -> None:
    run = in_state(submit, status)
    with pytest.raises(RunStateError, match=f"run {run.pk} is {status}"):
        services.request_stop(run.pk)


# Resuming.


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED])
@pytest.mark.usefixtures("empty_queue")
def test_a_stopped_or_failed_run_is_queued_again(submit: Submit, status: Status) -> None:
    run = in_state(submit, status)
    Run.objects.filter(pk=run.pk).update(failure="It failed.", losses=4, finished_at=timezone.now())
    run = services.resume_run(run.pk)
    assert (run.status, run.failure, run.losses, run.finished_at) == ("queued", "", 0, None)
    assert messages_waiting() == 1


@pytest.mark.usefixtures("empty_queue")
def test_resuming_twice_queues_once(submit: Submit) -> None:
    run = in_state(submit, Status.STOPPED)
    services.resume_run(run.pk)
    services.resume_run(run.pk)
    assert messages_waiting() == 1


@pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPING, Status.COMPLETED])
def test_a_run_that_is_neither_stopped_nor_failed_cannot_be_resumed(submit: Submit, status: Status) -> None:
    run = in_state(submit, status)
    with pytest.raises(RunStateError):
        services.resume_run(run.pk)
    run.refresh_from_db()
    assert run.status == status


# Deleting.


@pytest.mark.parametrize("status", [Status.QUEUED, Status.STOPPED, Status.FAILED, Status.COMPLETED])
def test_a_run_that_nobody_holds_is_deleted_with_its_checkpoint(submit: Submit, status: Status) -> None:
    run = in_state(submit, status)
    checkpoints.folder(run.pk).mkdir(parents=True)
    trash_services.delete_forever(run.pk)
    assert not Run.objects.filter(pk=run.pk).exists()
    assert not checkpoints.folder(run.pk).exists()


@pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPING])
def test_a_run_that_a_worker_holds_is_not_deleted(submit: Submit, status: Status) -> None:
    run = in_state(submit, status)
    with pytest.raises(RunStateError, match="stop it before you delete it"):
        trash_services.delete_forever(run.pk)


@pytest.mark.parametrize("call", [services.request_stop, services.resume_run, trash_services.trash_run])
@pytest.mark.parametrize("run_id", [1_000_000, 10**30])
@pytest.mark.usefixtures("transactional_db")
def test_a_run_that_is_not_there_is_not_found(call: Callable[[int], Any], run_id: int) -> None:
    with pytest.raises(Run.DoesNotExist):
        call(run_id)


# The table of states.


@pytest.mark.parametrize("status", Status)
def test_every_state_has_its_ways_out(status: Status) -> None:
    assert TRANSITIONS[status] <= set(Status)
    assert status not in TRANSITIONS[status]


def test_a_completed_run_stays_completed() -> None:
    assert not any(can_become("completed", status) for status in Status)


def test_only_what_a_worker_holds_can_complete() -> None:
    assert [now for now in Status if can_become(now, "completed")] == [Status.RUNNING, Status.STOPPING]


@pytest.mark.parametrize(
    ("now", "then"), list(itertools.product(Status, [Status.STOPPING, Status.QUEUED, Status.STOPPED]))
)
def test_no_click_moves_a_run_where_the_table_forbids(submit: Submit, now: Status, then: Status) -> None:
    run = in_state(submit, now)
    click = services.resume_run if then == Status.QUEUED else services.request_stop
    try:
        after = click(run.pk).status
    except RunStateError:
        after = Run.objects.get(pk=run.pk).status
    assert after == now or can_become(now, after)


def test_a_run_that_is_held_has_a_lease_in_the_database_itself(submit: Submit) -> None:
    from django.db import IntegrityError

    run = submit()
    with pytest.raises(IntegrityError):
        Run.objects.filter(pk=run.pk).update(status="running")


# The lease.


def test_a_run_can_be_claimed_once_by_two_workers_at_once(submit: Submit) -> None:
    run_ids = [submit().pk for _ in range(8)]
    ready = threading.Barrier(2)
    taken: list[int] = []

    def claim_all() -> None:
        try:
            for run_id in run_ids:
                ready.wait(30)
                if leases.claim(run_id) is not None:
                    taken.append(run_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == run_ids
    assert set(Run.objects.values_list("attempt", flat=True)) == {1}


def test_a_claim_says_who_took_it(submit: Submit) -> None:
    run = submit()
    claimed(run)
    run.refresh_from_db()
    assert run.started_at is not None
    assert events_of(run.pk)[-1]["text"] == f"Claimed by worker {run.worker}."


EPOCH = {
    "epoch": 1,
    "train_error": 0.5,
    "train_accuracy": 0.5,
    "test_error": 0.5,
    "test_accuracy": 0.5,
    "learning_rate": 0.1,
    "seconds": 1.0,
}

WRITES: dict[str, Callable[[leases.Lease], Any]] = {
    "an epoch": lambda lease: leases.record_epoch(lease, EPOCH, checkpoint="", curve=[0.5]),
    "a checkpoint": lambda lease: leases.write(lease, checkpoint="abc"),
    "a stage": lambda lease: leases.set_stage(lease, "loading"),
    "the end": lambda lease: leases.release(lease, Status.COMPLETED, "Done."),
    "a failure": lambda lease: leases.release(lease, Status.FAILED, "Failed.", failure="x"),
    "a heartbeat": leases.heartbeat,
    "a look": leases.current_status,
}


def everything_about(run: Run) -> Any:
    """The run's row, epochs and log."""
    return (
        Run.objects.filter(pk=run.pk).values().get(),
        list(run.epochs.values()),
        events_of(run.pk),
    )


@pytest.mark.parametrize("title", WRITES)
def test_a_worker_whose_run_was_taken_over_writes_nothing(submit: Submit, title: str) -> None:
    run = submit()
    stale = claimed(run)
    leases.release(stale, Status.QUEUED, "Taken away.")
    claimed(run)
    before = everything_about(run)
    with pytest.raises(LeaseLostError):
        WRITES[title](stale)
    assert everything_about(run) == before


@pytest.mark.parametrize("title", WRITES)
def test_a_worker_whose_run_has_ended_writes_nothing(submit: Submit, title: str) -> None:
    run = submit()
    lease = claimed(run)
    leases.release(lease, Status.COMPLETED, "Done.")
    before = everything_about(run)
    with pytest.raises(LeaseLostError):
        WRITES[title](lease)
    assert everything_about(run) == before


@pytest.mark.parametrize("title", WRITES)
def test_a_worker_with_the_lease_may_write(submit: Submit, title: str) -> None:
    WRITES[title](claimed(submit()))


def test_a_heartbeat_keeps_the_lease_alive(submit: Submit, settings: Any) -> None:
    from datetime import timedelta

    run = submit()
    lease = claimed(run)
    long_ago = timezone.now() - timedelta(seconds=settings.LEASE_SECONDS + 1)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
    assert Run.objects.filter(leases.expired()).exists()
    assert leases.heartbeat(lease) == "running"
    assert not Run.objects.filter(leases.expired()).exists()


def test_a_heartbeat_tells_that_the_run_should_stop(submit: Submit) -> None:
    run = submit()
    lease = claimed(run)
    services.request_stop(run.pk)
    assert leases.heartbeat(lease) == "stopping"


def test_an_epoch_is_written_once(submit: Submit) -> None:
    from django.db import IntegrityError

    run = submit()
    lease = claimed(run)
    leases.record_epoch(lease, EPOCH, checkpoint="a", curve=[0.5])
    with pytest.raises(IntegrityError):
        leases.record_epoch(lease, EPOCH, checkpoint="b", curve=[0.5])
    run.refresh_from_db()
    assert (run.checkpoint, run.epochs.count()) == ("a", 1)


@pytest.mark.django_db
def test_the_yardstick_is_refused_where_tensorflow_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(FieldRefusedError) as refused:
        services.submit_run(RunConfig(dataset="pen-strokes", engine="keras"))
    assert refused.value.field == "engine"
    assert not Run.objects.exists()


def test_a_queued_run_has_a_place_in_the_queue(submit: Any) -> None:
    runs = [submit() for _ in range(3)]
    places = [queue_position(Run.objects.get(pk=run.pk)) for run in runs]
    assert places == [1, 2, 3]
    services.request_stop(runs[0].pk)
    places = [queue_position(Run.objects.get(pk=run.pk)) for run in runs]
    assert places == [None, 1, 2]
