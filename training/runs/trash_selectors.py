"""Reads of the trash of runs; nothing here writes."""

from training.models import Run
from training.runs import checkpoints
from training.runs.stored_files import folder_bytes
from weblib.paging import MAX_PAGE
from weblib.trash.rows import in_trash


def trashed_run(run_id: int) -> Run | None:
    """The run of that id, if it is in the trash."""
    return in_trash(Run.everything.all()).filter(pk=run_id).first()


def trashed_runs() -> list[Run]:
    """What is in the trash, last thrown away first, at most `MAX_PAGE`."""
    return list(in_trash(Run.everything.all()).defer("curve", "notes")[:MAX_PAGE])


def trash_count() -> int:
    """How many runs are in the trash."""
    return in_trash(Run.everything.all()).count()


def trash_bytes() -> int:
    """The bytes of the files of the runs in the trash; their versions stay."""
    return sum(bytes_of(run_id) for run_id in in_trash(Run.everything.all()).values_list("pk", flat=True))


def bytes_of(run_id: int) -> int:
    """The bytes of the files that go with a run."""
    return folder_bytes(checkpoints.folder(run_id))
