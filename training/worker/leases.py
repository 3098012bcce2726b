"""The lease of a run: only the holder of its token may write.

The database's clock alone (`Now()`) writes and judges leases: the clocks of two machines may differ.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from training.errors import LeaseLostError, RunStateError
from training.messaging import notifications
from training.models import Epoch, Run, RunEvent
from training.runs import checkpoints
from training.runs.beginning import NOTHING_LEARNED, remove_epochs
from training.runs.status import change_status
from training.states import HELD, Status
from training.worker.process_identity import this_process


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's right to one run, as long as its token stands in the run's row."""

    run_id: int
    token: uuid.UUID
    attempt: int


def claim_next() -> Lease | None:
    """Claim the run that was queued first; None if none is queued, as after a second delivery of a task."""
    with transaction.atomic():
        # Of two slots, the second takes the next row; SQLite's immediate transactions let it wait for the first.
        queued = Run.objects.select_for_update(of=("self",), skip_locked=True).filter(status=Status.QUEUED)
        run_id = queued.order_by("queued_at", "pk").values_list("pk", flat=True).first()
        return None if run_id is None else claim(run_id)


def claim(run_id: int) -> Lease | None:
    """Claim this run; None if it is not queued."""
    token = uuid.uuid4()
    with transaction.atomic():
        run = change_status(
            Run.objects.filter(pk=run_id, status=Status.QUEUED),
            Status.RUNNING,
            _claim_text,
            lease_token=token,
            heartbeat_at=Now(),
            attempt=F("attempt") + 1,
            worker=this_process(),
            stage="starting",
        )
        if run is None:
            return None
        Run.objects.filter(pk=run_id, started_at=None).update(started_at=Now())
    return Lease(run_id, token, run.attempt)


def heartbeat(lease: Lease) -> Status:
    """Say that the worker lives; answers the state that the run is in.

    Raises:
        LeaseLostError: another worker holds the run, or it is gone.
    """
    if not _held(lease).update(heartbeat_at=Now()):
        raise LeaseLostError(f"run {lease.run_id} is no longer held by this worker")
    return current_status(lease)


def current_status(lease: Lease) -> Status:
    """The state of the run, read without writing.

    Raises:
        LeaseLostError: another worker holds the run, or it is gone.
    """
    status = _held(lease).values_list("status", flat=True).first()
    if status is None:
        raise LeaseLostError(f"run {lease.run_id} is no longer held by this worker")
    return Status(status)


def expired(now_minus_seconds: float | None = None) -> Q:
    """Runs that are held by a worker whose heartbeat has stopped."""
    seconds = settings.LEASE_SECONDS if now_minus_seconds is None else now_minus_seconds
    return Q(status__in=HELD, heartbeat_at__lt=Now() - timedelta(seconds=seconds))


def write(lease: Lease, **fields: Any) -> None:
    """Update the run's row under the lease; call it first in a transaction, so that its lock orders the rest.

    Raises:
        LeaseLostError: nothing was written.
    """
    if not _held(lease).update(revision=F("revision") + 1, **fields):
        raise LeaseLostError(f"run {lease.run_id} is no longer held by this worker")


def set_stage(lease: Lease, stage: str) -> None:
    """Say what the worker does before or between epochs."""
    with transaction.atomic():
        write(lease, stage=stage[:100], heartbeat_at=Now())
        notifications.notify_on_commit(lease.run_id)


def record_epoch(lease: Lease, epoch: dict[str, Any], *, checkpoint: str, curve: list[float]) -> None:
    """Write one epoch and the checkpoint that goes with it, together, before subscribers are notified; idempotent.

    Raises:
        LeaseLostError: nothing was written.
    """
    with transaction.atomic():
        if _held(lease).filter(last_epoch=epoch["epoch"], checkpoint=checkpoint).exists():
            return  # it was committed, but the answer was lost
        write(
            lease,
            last_epoch=epoch["epoch"],
            latest=epoch,
            curve=curve,
            train_seconds=F("train_seconds") + epoch["seconds"],
            stage="",
            losses=0,
            heartbeat_at=Now(),
            **checkpoints.named(checkpoint),
        )
        Epoch.objects.create(run_id=lease.run_id, **epoch)
        notifications.notify_on_commit(lease.run_id)


def begin_again(lease: Lease, reason: str) -> None:
    """Take everything back that was recorded of the training: it starts from its seed once more, and the log says why.

    Raises:
        LeaseLostError: nothing was written.
    """
    with transaction.atomic():
        write(lease, stage="", **NOTHING_LEARNED)
        epochs = remove_epochs(lease.run_id)
        taken_back = f" The {epochs} epochs that were recorded are removed." if epochs else ""
        text = f"Training begins again from its seed: {reason}.{taken_back}"
        RunEvent.objects.create(run_id=lease.run_id, status=current_status(lease), text=text)
        notifications.notify_on_commit(lease.run_id)


def release(lease: Lease, status: Status, text: str, **fields: Any) -> None:
    """End the lease: the run changes to `status`, with a line in its log.

    Raises:
        LeaseLostError: nothing was written; another worker holds the run, or it is gone.
        RunStateError: nothing was written; the run's status may not become `status`.
    """
    ended = {} if status == Status.QUEUED else {"finished_at": Now()}
    released = {"stage": "", "lease_token": None, "heartbeat_at": None}
    if change_status(_held(lease), status, text, **released, **ended, **fields) is None:
        now = current_status(lease)
        raise RunStateError(f"run {lease.run_id} is {now.value}: it cannot become {status.value}")


def _claim_text(run: Run) -> str:
    resumes = f", resuming after epoch {run.last_epoch}" if run.checkpoint else ""
    return f"Claimed by worker {run.worker}{resumes}."


def _held(lease: Lease) -> Any:
    return Run.objects.filter(pk=lease.run_id, lease_token=lease.token, attempt=lease.attempt, status__in=HELD)
