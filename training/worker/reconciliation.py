"""Reconciles the statuses of runs after a process died; safe to run at any time, and concurrently."""

import logging
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from inference.registry import findings_services
from inference.registry.services import model_store
from inference.registry.storage import AtomicFileSystemStorage
from training.messaging import queue
from training.models import Run
from training.runs import checkpoints, findings
from training.runs.status import change_status
from training.states import HELD, Status
from training.worker import imports, leases
from training.worker.process_identity import has_ended
from weblib.log_context import about_run

logger = logging.getLogger(__name__)


def reconcile() -> None:
    """Take over runs whose worker died, offer runs again whose message was lost, let imports be measured, clear up."""
    for run_id in Run.objects.filter(leases.expired()).values_list("pk", flat=True):
        take_over(run_id)
    take_over_from_dead_processes()
    offer_lost_runs()
    imports.offer_unmeasured()
    findings.fill_findings()
    findings_services.fill_findings()
    clear_checkpoints()
    clear_model_store()


def take_over_from_dead_processes() -> None:
    """Take over at once every run that was held by a process of this machine that has ended."""
    for run_id in Run.objects.filter(status__in=HELD).values_list("pk", flat=True):
        take_over_from_dead_process(run_id)


def take_over_from_dead_process(run_id: int) -> None:
    """Take over a run at once, where the process of this machine that held it has ended without letting go."""
    worker = Run.objects.filter(pk=run_id, status__in=HELD).values_list("worker", flat=True).first()
    if worker and has_ended(worker):
        take_over(run_id, is_lost=Q(status__in=HELD, worker=worker))


def take_over(run_id: int, *, is_lost: Q | None = None, what: str = "was lost") -> None:
    """Queue a run whose worker is gone, from its checkpoint; fail it after too many losses without an epoch between.

    Args:
        run_id: of the run.
        is_lost: the condition for a lost worker; by default, an expired heartbeat.
        what: happened to the worker, for the log.
    """
    with about_run(run_id), transaction.atomic():
        # A locked row is checked again at the next turn; the others must not wait for it.
        lost = Run.objects.select_for_update(of=("self",), skip_locked=True).filter(
            leases.expired() if is_lost is None else is_lost
        )
        run = lost.filter(pk=run_id).first()
        if run is None:
            return
        where = f"Worker {run.worker} {what} in epoch {run.last_epoch + 1}"
        if run.status == Status.STOPPING:
            _end_lease(run, Status.STOPPED, f"{where} while stopping.", finished_at=Now())
        elif run.losses + 1 >= settings.MAX_ATTEMPTS:
            reason = f"{where}, and {run.losses} before it since the last epoch. It is not tried again by itself."
            _end_lease(run, Status.FAILED, reason, failure=reason, finished_at=Now())
        else:
            goes_on = f"goes on after epoch {run.last_epoch}" if run.checkpoint else "starts again"
            _end_lease(run, Status.QUEUED, f"{where}; the run {goes_on}.", losses=F("losses") + 1, offered_at=Now())
            queue.enqueue_on_commit(run_id)


def offer_lost_runs() -> None:
    """Send queued runs to the workers again when no message waits any more: theirs was lost with Redis."""
    long_ago = Now() - timedelta(seconds=settings.REQUEUE_SECONDS)
    waiting = Run.objects.filter(status=Status.QUEUED, offered_at__lt=long_ago)
    if not waiting.exists() or queue.has_messages(current_app.conf.task_default_queue):
        return
    for run_id in waiting.order_by("queued_at", "pk").values_list("pk", flat=True)[:200]:
        # Of two schedulers, one sends it.
        if Run.objects.filter(pk=run_id, status=Status.QUEUED, offered_at__lt=long_ago).update(offered_at=Now()):
            queue.enqueue(run_id)


def offer_next() -> None:
    """Send one message if runs are queued: theirs may have been lost."""
    queued = Run.objects.filter(status=Status.QUEUED).order_by("queued_at", "pk")
    run_id = queued.values_list("pk", flat=True).first()
    if run_id is not None:
        queue.enqueue(run_id)


def clear_checkpoints() -> None:
    """Remove the checkpoints of runs that are completed or deleted, and those that a run without a lease has left.

    Files are listed before the rows are read: a worker that takes a run after that writes files that are not listed.
    """
    found = [path for path in Path(settings.CHECKPOINTS_DIR).glob("*") if path.name.isdigit()]
    files = {int(path.name): list(path.glob("*")) for path in found}
    if not files:
        return
    needed = {
        pk: None if status in HELD else names
        for pk, status, *names in Run.everything.filter(pk__in=files)
        .exclude(status=Status.COMPLETED)
        .values_list("pk", "status", "checkpoint", "previous_checkpoint")
    }
    for run_id in files.keys() - needed.keys():
        checkpoints.remove_all(run_id)
    for run_id, names in needed.items():
        # The worker that holds a run clears behind itself.
        if names is not None:
            checkpoints.remove([path for path in files[run_id] if not checkpoints.is_needed(path, names)])


def clear_model_store() -> None:
    """Remove model files that were half-written by a process that was killed."""
    store = model_store()
    if isinstance(store, AtomicFileSystemStorage):
        store.remove_abandoned()


def _end_lease(run: Run, status: Status, text: str, **fields: object) -> None:
    """Change the status of a locked run whose worker is lost."""
    released = {"stage": "", "lease_token": None, "heartbeat_at": None}
    change_status(Run.objects.filter(pk=run.pk), status, text, **released, **fields)
