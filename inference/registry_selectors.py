"""Reads of aliases and their history, of a version's lineage, and of the trash; nothing here writes."""

from typing import Final

from django.db.models import QuerySet

from inference.models import CHAMPION, Alias, AliasMove, ModelVersion, SnapshotFile
from inference.paging import MAX_PAGE

MAX_ANCESTORS: Final = 30
_MAX_INTEGER: Final = 1 << 31


def numbers_of_same_weights(number: int) -> list[int]:
    """The numbers of other versions with the same model file, oldest first."""
    same = ModelVersion.objects.filter(sha256__in=ModelVersion.objects.filter(number=number).values("sha256"))
    return list(same.exclude(number=number).order_by("number").values_list("number", flat=True))


def ancestors(version: ModelVersion) -> list[ModelVersion]:
    """The versions that it goes back to, nearest first, at most `MAX_ANCESTORS`; those in the trash too."""
    found: list[ModelVersion] = []
    parent_id = version.parent_id
    while parent_id is not None and len(found) < MAX_ANCESTORS:
        found.append(_everything().get(pk=parent_id))
        parent_id = found[-1].parent_id
    return found


def children(version: ModelVersion) -> list[ModelVersion]:
    """The versions that were trained on from it, oldest first; those in the trash too."""
    return list(_everything().filter(parent=version).order_by("number")[:MAX_PAGE])


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


def aliases() -> list[Alias]:
    """Every alias with its version, the champion first, then by name."""
    return sorted(Alias.objects.select_related("version"), key=lambda alias: alias.name != CHAMPION)


def alias_moves(name: str | None = None, *, cursor: int | None = None, limit: int = 50) -> list[AliasMove]:
    """The history of one alias or all, newest first, older than the move `cursor`."""
    moves = AliasMove.objects.order_by("-id")
    if name is not None:
        moves = moves.filter(alias=name if name.isprintable() else "")
    if cursor is not None:
        moves = moves.filter(id__lt=cursor)
    return list(moves[: max(1, min(limit, MAX_PAGE))])


def move_to_take_back(name: str) -> AliasMove | None:
    """The last move of an alias that was neither taken back nor takes one back; None where there is none."""
    moves = AliasMove.objects.filter(alias=name if name.isprintable() else "", undoes=None, undone_by=None)
    return moves.order_by("-id").first()


def _everything() -> QuerySet[ModelVersion]:
    """What a link to a version needs, in the trash or not."""
    return ModelVersion.everything.only("number", "name", "trashed_at", "parent_id")


def _trash() -> QuerySet[ModelVersion]:
    return ModelVersion.everything.filter(trashed_at__isnull=False).order_by("-trashed_at", "-number")
