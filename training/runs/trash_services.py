"""The trash of runs: they go there first, come back with their files, and are deleted for good from there."""

from django.db import transaction

from training.errors import RunStateError
from training.messaging import notifications, queue
from training.models import Run
from training.runs import checkpoints
from training.runs.trash_selectors import bytes_of
from training.states import HELD, Status
from weblib.actor import LOCAL
from weblib.trash.rows import Emptied, emptied, in_trash, put_into_trash, take_out


def trash_run(run_id: int, *, by: str = LOCAL) -> None:
    """Put a run into the trash: no list shows it and no worker takes it, until it is restored. Its versions stay.

    Raises:
        Run.DoesNotExist: there is none of that id, or it is there already.
        RunStateError: a worker holds it.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        _check_free(run)
        put_into_trash(run, by=by)
    notifications.notify(run_id)


def restore_run(run_id: int) -> None:
    """Take a run out of the trash, as it was, queued ones at their place; one that is not in there stays as it is.

    Raises:
        Run.DoesNotExist: there is none of that id, or it was deleted for good.
    """
    with transaction.atomic():
        run = Run.everything.select_for_update(of=("self",)).get(pk=run_id)
        if run.trashed_at is not None:
            take_out(run)
            if run.status == Status.QUEUED:
                queue.enqueue_on_commit(run_id)


def delete_forever(run_id: int, *, only_in_trash: bool = False) -> int:
    """Delete a run for good, in the trash or not, with its epochs, its log and its checkpoint; its versions stay.

    Args:
        run_id: of the run.
        only_in_trash: a run that was restored meanwhile counts as none.

    Returns:
        How many bytes of files went with it.

    Raises:
        Run.DoesNotExist: there is none of that id.
        RunStateError: a worker holds it.
    """
    with transaction.atomic():
        runs = in_trash(Run.everything.all()) if only_in_trash else Run.everything.all()
        run = runs.select_for_update(of=("self",)).get(pk=run_id)
        _check_free(run)
        run.delete()
        freed = bytes_of(run_id)

        def remove_files() -> None:
            checkpoints.remove_all(run_id)

        transaction.on_commit(remove_files, robust=True)
    notifications.notify(run_id)
    return freed


def empty_trash() -> Emptied:
    """Delete for good whatever is in the trash."""
    ids = list(in_trash(Run.everything.all()).values_list("pk", flat=True))
    return emptied(ids, delete_forever, refused=RunStateError, missing=Run.DoesNotExist)


def _check_free(run: Run) -> None:
    if run.status in HELD:
        raise RunStateError(f"run {run.pk} is {run.status}: stop it before you delete it")
