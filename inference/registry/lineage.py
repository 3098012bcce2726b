"""Reads of a version's lineage: its ancestors, its children, and versions of equal weights."""

from typing import Final

from django.db.models import QuerySet

from inference.models import ModelVersion
from weblib.paging import MAX_PAGE

MAX_ANCESTORS: Final = 30


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


def _everything() -> QuerySet[ModelVersion]:
    """What a link to a version needs, in the trash or not."""
    return ModelVersion.everything.only("number", "name", "trashed_at", "parent_id", "dataset", "origin", "created_at")
