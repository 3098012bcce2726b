"""Reads of the trash; nothing here writes."""

from typing import Final

from django.db.models import QuerySet

from inference.models import ModelVersion, SnapshotFile
from weblib.paging import MAX_PAGE
from weblib.trash.rows import in_trash

_MAX_INTEGER: Final = 1 << 31


def trashed_version(number: int) -> ModelVersion | None:
    """The version of that number, if it is in the trash."""
    return _trash().filter(number=number).first() if number < _MAX_INTEGER else None


def trashed_versions() -> list[ModelVersion]:
    """What is in the trash, last thrown away first, at most `MAX_PAGE`."""
    return list(_trash().defer("test_predictions", "history")[:MAX_PAGE])


def trashed_numbers() -> list[int]:
    """The numbers of everything in the trash."""
    return list(_trash().values_list("number", flat=True))


def trash_bytes() -> int:
    """How much smaller the model store would be without the trash; a file that other versions have stays."""
    used = ModelVersion.objects.values("artifact")
    files = dict(_trash().exclude(artifact__in=used).values_list("artifact", "size_bytes"))
    snapshots = SnapshotFile.objects.filter(version__trashed_at__isnull=False)
    kept = SnapshotFile.objects.filter(version__trashed_at__isnull=True).values("name")
    files |= dict(snapshots.exclude(name__in=kept).values_list("name", "size_bytes"))
    return sum(files.values())


def _trash() -> QuerySet[ModelVersion]:
    return in_trash(ModelVersion.everything.all())
