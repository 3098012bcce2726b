"""The statuses of a run, and the table of transitions between them."""

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
    # Back to the queue: its worker died or was shut down, and another resumes from the checkpoint.
    # Stopped at once: its own process was interrupted, as by Ctrl-C on the command line.
    Status.RUNNING: frozenset({Status.STOPPING, Status.STOPPED, Status.COMPLETED, Status.FAILED, Status.QUEUED}),
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
    """Whether the status of a run may change from `now` to `then`."""
    return Status(then) in TRANSITIONS[Status(now)]


def predecessors(status: Status) -> list[Status]:
    """The statuses from which a run may change to `status`."""
    return [before for before in Status if can_become(before, status)]
