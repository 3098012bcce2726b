"""What a page is told: positions and the messages between them."""

import json
from collections.abc import Callable
from typing import Any

from training.models import Run
from training.states import Status
from training.watching import updates
from training.watching.updates import Position
from training.worker import leases

Submit = Callable[..., Run]
NUMBERS = ("train_error", "train_accuracy", "test_error", "test_accuracy", "learning_rate", "seconds")


def record(lease: leases.Lease, epoch: int) -> None:
    leases.record_epoch(lease, {"epoch": epoch, **dict.fromkeys(NUMBERS, 0.5)}, checkpoint="", curve=[])


def told(position: Position, run: Run) -> tuple[list[Any], Position]:
    """The messages for a page at `position`, and where it is then."""
    reading = updates.read(run.pk, position.epoch, position.events)
    return [json.loads(text) for text in position.texts(reading)], position.after(reading)


def start(run: Run) -> Position:
    return Position.of_snapshot(updates.read(run.pk, 0, 0), after_epoch=0)


def test_a_page_is_told_of_epochs_first_and_then_of_the_state(submit: Submit) -> None:
    run = submit()
    position = start(run)
    lease = leases.claim(run.pk)
    assert lease is not None
    record(lease, 1)
    record(lease, 2)
    messages, position = told(position, run)
    assert [message["type"] for message in messages] == ["epoch.finished", "epoch.finished", "status.changed"]
    assert [message["epoch"]["epoch"] for message in messages[:2]] == [1, 2]
    assert (messages[2]["status"], [event["status"] for event in messages[2]["events"]]) == ("running", ["running"])
    assert (position.epoch, position.events) == (2, 2)


def test_nothing_is_told_twice(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    _, position = told(start(run), run)
    record(lease, 1)
    _, position = told(position, run)
    leases.heartbeat(lease)
    assert told(position, run) == ([], position)


def test_an_epoch_alone_changes_no_state(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    record(lease, 1)
    position = start(run)
    record(lease, 2)
    messages, _ = told(position, run)
    assert [message["type"] for message in messages] == ["epoch.finished"]


def test_the_end_names_the_state_and_the_log(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    position = start(run)
    leases.release(lease, Status.STOPPED, "Stopped.")
    [message], _ = told(position, run)
    assert (message["type"], message["status"], message["events"][-1]["text"]) == (
        "status.changed",
        "stopped",
        "Stopped.",
    )


def test_a_page_that_has_more_than_there_is_as_of_a_run_that_began_again_gets_what_comes(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    record(lease, 1)
    position = Position.of_snapshot(updates.read(run.pk, 99, 0), after_epoch=99)
    record(lease, 2)
    assert [message["epoch"]["epoch"] for message in told(position, run)[0]] == [2]
