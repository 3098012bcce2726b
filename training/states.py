"""The states of a run, and every way from one to another."""

from typing import Final

from django.db import models


class Status(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.STOPPED, Status.FAILED}),
    # Back to the queue: its worker died or was told to end, and another goes on from the checkpoint.
    Status.RUNNING: frozenset({Status.STOPPING, Status.COMPLETED, Status.FAILED, Status.QUEUED}),
    # A run may finish by itself before it notices that it should stop.
    Status.STOPPING: frozenset({Status.STOPPED, Status.COMPLETED, Status.FAILED}),
    Status.STOPPED: frozenset({Status.QUEUED}),
    Status.FAILED: frozenset({Status.QUEUED}),
    Status.COMPLETED: frozenset(),
}

HELD: Final = (Status.RUNNING, Status.STOPPING)
ENDED: Final = (Status.COMPLETED, Status.FAILED, Status.STOPPED)
RESUMABLE: Final = (Status.STOPPED, Status.FAILED)


def can_become(now: str, then: str) -> bool:
    """Whether a run may go from state `now` to state `then`."""
    return Status(then) in TRANSITIONS[Status(now)]
