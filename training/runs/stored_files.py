"""The files that rows of runs name, for backups and `verify`, and the bytes that they take."""

import io
import os
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage
from django.db.models import Sum
from django.db.models.functions import Length

from inference.registry.storage import AtomicFileSystemStorage
from storage.registry import Amount, FileReference, Kind, Store
from training.models import PublishedState, Run, SnapshotRow
from training.runs import checkpoints
from training.states import HELD, Status
from weblib.trash.rows import in_trash


def checkpoint_storage() -> Storage:
    """The folder of checkpoints, as a storage."""
    return AtomicFileSystemStorage(location=settings.CHECKPOINTS_DIR, file_permissions_mode=0o600)


STORE = Store("checkpoints", "checkpoint", checkpoint_storage, are_replaced=True)


def references(using: str) -> Iterator[FileReference]:
    """The files of every run that may go on; first those of runs in training, which are soon replaced."""
    runs = Run.everything.using(using).exclude(status=Status.COMPLETED).order_by("pk")
    found = runs.values_list("pk", "checkpoint", "previous_checkpoint", "status")
    for run_id, checkpoint, previous, _ in sorted(found, key=lambda row: row[3] not in HELD):
        yield from files_of(run_id, checkpoint, previous)


def files_of(run_id: int, checkpoint: str, previous: str = "") -> Iterator[FileReference]:
    """The files of one run's row: its checkpoint, and if they are there, the one before it and the data it took.

    A checkpoint has a name of its own and is never written again: it can be gone, but it cannot change.
    """
    if checkpoint:
        yield _reference(run_id, checkpoint)
    for path in sorted(checkpoints.folder(run_id).glob("[!.]*")):
        if path.name != checkpoint and checkpoints.is_needed(path, {previous}):
            yield _reference(run_id, path.name, is_optional=True)


def kinds() -> Iterator[Kind]:
    """What runs take: checkpoints in their folder, snapshots in the database until a run is done."""
    sizes = checkpoint_bytes()
    thrown_away = in_trash(Run.everything.all()).values_list("pk", flat=True)
    trash = [sizes.pop(run_id, 0) for run_id in thrown_away]
    yield Kind("checkpoints", "Checkpoints of runs", Amount(len(sizes), sum(sizes.values())))
    yield Kind("run_trash", "Trash of runs", Amount(len(trash), sum(trash)))
    rows = SnapshotRow.objects.aggregate(size=Sum(Length("data")))
    count = SnapshotRow.objects.order_by().values("run").distinct().count()
    yield Kind("run_snapshots", "Snapshots of runs", Amount(count, rows["size"] or 0), is_in_database=True)


def bytes_of_runs() -> dict[int, int]:
    """The bytes that each run takes: its checkpoint, its snapshots, and the files of the versions that it made.

    Those in the trash are left out.
    """
    found = checkpoint_bytes()

    def add(rows: Iterator[tuple[int, int | None, int | None]]) -> None:
        for run_id, *sizes in rows:
            found[run_id] = found.get(run_id, 0) + sum(size or 0 for size in sizes)

    versions = ("version__size_bytes", "version__snapshot_file__size_bytes")
    add(Run.objects.filter(version__isnull=False).order_by().values_list("pk", *versions).iterator())
    add(PublishedState.objects.order_by().values_list("run_id", *versions).iterator())
    snapshots = SnapshotRow.objects.order_by().values("run_id").annotate(size=Sum(Length("data")))
    add((row["run_id"], row["size"], 0) for row in snapshots.iterator())
    ids = set(Run.objects.order_by().values_list("pk", flat=True))
    return {run_id: size for run_id, size in found.items() if size and run_id in ids}


def checkpoint_bytes() -> dict[int, int]:
    """The bytes of each folder of checkpoints, by the id of its run."""
    found = {}
    for folder in Path(settings.CHECKPOINTS_DIR).glob("*"):
        if folder.name.isdigit():
            found[int(folder.name)] = folder_bytes(folder)
    return found


def folder_bytes(folder: Path) -> int:
    """The bytes of the files in a folder; 0 for one that is gone."""
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_size for entry in entries)
    except OSError:
        return 0


def _reference(run_id: int, name: str, *, is_optional: bool = False) -> FileReference:
    check = partial(checkpoints.damage, name) if name.endswith(".checkpoint") else _damage_of_data
    return FileReference(STORE.key, f"{run_id}/{name}", f"run {run_id}", is_optional=is_optional, check=check)


def _damage_of_data(data: bytes) -> str:
    """What is wrong with the data that a run took: a ZIP file, whose parts have checksums."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            damaged = file.testzip()
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        return f"is damaged: {error}"
    return "" if damaged is None else f"is damaged: the checksum of {damaged} does not match"
