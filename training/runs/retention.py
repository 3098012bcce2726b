"""What of ended runs may go by the settings, and the states of runs after their rows were restored."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Length, Now

from storage.registry import Amount, Rule
from training.errors import RunStateError
from training.models import Run, RunEvent, SnapshotRow
from training.runs import checkpoints
from training.runs.status import change_status
from training.runs.stored_files import folder_bytes
from training.runs.trash_selectors import bytes_of
from training.runs.trash_services import delete_forever
from training.states import RESUMABLE, Status
from weblib.trash.rows import emptied, in_trash_for


def rules() -> Iterator[Rule]:
    """What may go of runs that ended; nothing where a setting says that it is kept for ever."""
    days = settings.KEEP_CHECKPOINTS_DAYS
    if days:
        title = f"Checkpoints of runs that stopped or failed more than {days:g} days ago"
        yield Rule("checkpoints", title, _old_checkpoints, _remove_old_checkpoints)
    days = settings.KEEP_FAILED_SNAPSHOTS_DAYS
    if days:
        title = f"Snapshots of runs that failed more than {days:g} days ago"
        yield Rule("failed_snapshots", title, _old_snapshots, _remove_old_snapshots)
    days = settings.KEEP_TRASH_DAYS
    if days:
        yield Rule("run_trash", f"Runs thrown away more than {days:g} days ago", _old_trash, _empty_old_trash)


def settle_restored_runs() -> None:
    """Queue again what a worker held when the backup was made; what was stopping is stopped.

    Their messages are sent by the scheduler, as those of all queued runs that no message waits for.
    """
    released = {"stage": "", "lease_token": None, "heartbeat_at": None}
    for run in Run.objects.filter(status=Status.RUNNING):
        goes_on = f"goes on after epoch {run.last_epoch}" if run.checkpoint else "starts again"
        text = f"Restored from a backup that was made while worker {run.worker} held it; the run {goes_on}."
        change_status(Run.objects.filter(pk=run.pk), Status.QUEUED, text, **released)
    for run in Run.objects.filter(status=Status.STOPPING):
        text = f"Restored from a backup that was made while it was stopping; it stopped after epoch {run.last_epoch}."
        change_status(Run.objects.filter(pk=run.pk), Status.STOPPED, text, finished_at=Now(), **released)


def _ended_before(days: float) -> QuerySet[Run]:
    return Run.everything.filter(status__in=RESUMABLE, finished_at__lt=Now() - timedelta(days=days))


def _old_checkpoints() -> Amount:
    ids = _ended_before(settings.KEEP_CHECKPOINTS_DAYS).exclude(checkpoint="").values_list("pk", flat=True)
    return Amount(len(ids), sum(folder_bytes(checkpoints.folder(run_id)) for run_id in ids))


def _remove_old_checkpoints() -> Amount:
    count = size = 0
    old = _ended_before(settings.KEEP_CHECKPOINTS_DAYS).exclude(checkpoint="")
    for run_id in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            run = old.select_for_update(of=("self",)).filter(pk=run_id).first()
            if run is None:  # it was resumed meanwhile
                continue
            text = "Its checkpoint was removed, as the settings say for runs that ended; resumed, it starts again."
            RunEvent.objects.create(run=run, status=run.status, text=text)
            Run.everything.filter(pk=run_id).update(checkpoint="", previous_checkpoint="")
            freed = folder_bytes(checkpoints.folder(run_id))
            # Under the lock of the row: a worker that takes the run writes its files afterwards.
            checkpoints.remove_all(run_id)
        count, size = count + 1, size + freed
    return Amount(count, size)


def _snapshots_of_failed_runs() -> QuerySet[SnapshotRow]:
    failed = _ended_before(settings.KEEP_FAILED_SNAPSHOTS_DAYS).filter(status=Status.FAILED)
    return SnapshotRow.objects.filter(run__in=failed.values("pk"))


def _old_snapshots() -> Amount:
    rows = _snapshots_of_failed_runs()
    size = rows.aggregate(size=Sum(Length("data")))["size"]
    return Amount(rows.order_by().values("run").distinct().count(), size or 0)


def _remove_old_snapshots() -> Amount:
    with transaction.atomic():
        failed = _ended_before(settings.KEEP_FAILED_SNAPSHOTS_DAYS).filter(status=Status.FAILED)
        list(failed.select_for_update(of=("self",)).values_list("pk", flat=True))
        amount = _old_snapshots()
        _snapshots_of_failed_runs().delete()
    return amount


def _old_trash_ids() -> list[int]:
    return list(in_trash_for(Run.everything.all(), days=settings.KEEP_TRASH_DAYS).values_list("pk", flat=True))


def _old_trash() -> Amount:
    ids = _old_trash_ids()
    return Amount(len(ids), sum(map(bytes_of, ids)))


def _empty_old_trash() -> Amount:
    gone = emptied(_old_trash_ids(), delete_forever, refused=RunStateError, missing=Run.DoesNotExist)
    return Amount(len(gone.numbers), gone.freed_bytes)
