"""The files that rows of versions name, for backups and `verify`; what they take, and what of them may go."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from inference.errors import VersionInUseError, VersionNotFoundError
from inference.models import ModelVersion, SnapshotFile
from inference.registry.services import model_store
from inference.registry.trash_selectors import trash_bytes, trashed_numbers
from inference.registry.trash_services import delete_forever, remove_unused_file
from storage.registry import Amount, FileReference, Kind, Rule, Store
from weblib.trash.rows import emptied, in_trash_for

STORE = Store("models", "model file", model_store, remove_unused=remove_unused_file)


def references(using: str) -> Iterator[FileReference]:
    """The model file of every version, in the trash or not, and its file of snapshots."""
    versions = ModelVersion.everything.using(using).order_by("number")
    for number, name, size, sha256 in versions.values_list("number", "artifact", "size_bytes", "sha256").iterator():
        yield FileReference(STORE.key, name, f"version {number}", size, sha256)
    files = SnapshotFile.objects.using(using).order_by("version__number")
    columns = ("version__number", "name", "size_bytes", "sha256")
    for number, name, size, sha256 in files.values_list(*columns).iterator():
        yield FileReference(STORE.key, name, f"snapshots of version {number}", size, sha256)


def kinds() -> Iterator[Kind]:
    """What versions take; a file that several have counts once, one that is in the trash alone counts there."""
    yield Kind("versions", "Model files of versions", _amount(ModelVersion.objects.all(), "artifact"))
    live = SnapshotFile.objects.filter(version__trashed_at__isnull=True)
    yield Kind("version_snapshots", "Snapshots of versions", _amount(live, "name"))
    yield Kind("trash", "Trash of versions", Amount(len(trashed_numbers()), trash_bytes()))


def rules() -> Iterator[Rule]:
    """What may go of the trash; nothing where the setting says that it is kept for ever."""
    days = settings.KEEP_TRASH_DAYS
    if days:
        yield Rule("trash", f"Versions thrown away more than {days:g} days ago", _old_trash, _empty_old_trash)


def _amount(rows: "QuerySet[ModelVersion] | QuerySet[SnapshotFile]", name: str) -> Amount:
    files = rows.order_by().values(name, "size_bytes").distinct()
    found = files.aggregate(count=Count("*"), size=Sum("size_bytes"))
    return Amount(found["count"], found["size"] or 0)


def _old() -> QuerySet[ModelVersion]:
    return in_trash_for(ModelVersion.everything.all(), days=settings.KEEP_TRASH_DAYS).order_by("number")


def _old_trash() -> Amount:
    old = _old()
    kept = ModelVersion.everything.filter(Q(trashed_at__isnull=True) | ~Q(pk__in=old.order_by().values("pk")))
    models = old.exclude(artifact__in=kept.order_by().values("artifact"))
    snapshots = SnapshotFile.objects.filter(version__in=old.order_by().values("pk"))
    snapshots = snapshots.exclude(name__in=SnapshotFile.objects.filter(version__in=kept.values("pk")).values("name"))
    size = _amount(models, "artifact").size_bytes + _amount(snapshots, "name").size_bytes
    return Amount(old.count(), size)


def _empty_old_trash() -> Amount:
    numbers = list(_old().values_list("number", flat=True))
    gone = emptied(numbers, delete_forever, refused=VersionInUseError, missing=VersionNotFoundError)
    return Amount(len(gone.numbers), gone.freed_bytes)
