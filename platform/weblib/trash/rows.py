"""The trash: rows go there first, come back from there, and are deleted for good from there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)


class LiveRows(models.Manager[Row]):
    """The rows that are not in the trash."""

    def get_queryset(self) -> models.QuerySet[Row]:
        """Without the trash."""
        return super().get_queryset().filter(trashed_at__isnull=True)


class Trashable(models.Model):
    """A row that may be in the trash. Its class has two managers: `objects` leaves the trash out, `everything` not."""

    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Emptied:
    """What became of the trash.

    Attributes:
        numbers: The rows that are gone.
        freed_bytes: How many bytes of files went with them.
        kept: Why others had to stay, a sentence each.
    """

    numbers: list[int]
    freed_bytes: int
    kept: list[str]


def put_into_trash(row: Trashable, *, by: str) -> None:
    """Write that a locked row is in the trash, since when and by whom."""
    row.trashed_at, row.trashed_by = timezone.now(), by[:300]
    row.save(update_fields=["trashed_at", "trashed_by"])


def take_out(row: Trashable) -> None:
    """Write that a locked row is not in the trash."""
    row.trashed_at, row.trashed_by = None, ""
    row.save(update_fields=["trashed_at", "trashed_by"])


def in_trash(rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    """Those in the trash, last thrown away first."""
    return rows.filter(trashed_at__isnull=False).order_by("-trashed_at", "-pk")


def in_trash_for(rows: models.QuerySet[Row], *, days: float) -> models.QuerySet[Row]:
    """Those that have been in the trash for longer than `days`."""
    return rows.filter(trashed_at__lt=timezone.now() - timedelta(days=days))


def emptied(
    numbers: Iterable[int], delete: Callable[..., int], *, refused: type[Exception], missing: type[Exception]
) -> Emptied:
    """Delete rows of the trash for good, each for itself.

    Args:
        numbers: of the rows.
        delete: deletes one that is in the trash (`only_in_trash=True`), and answers how many bytes it freed.
        refused: what `delete` raises for a row that must stay.
        missing: what it raises for one that is gone, or was restored meanwhile.
    """
    found = Emptied([], 0, [])
    freed = 0
    for number in numbers:
        try:
            freed += delete(number, only_in_trash=True)
        except refused as error:
            found.kept.append(str(error))
        except missing:
            continue
        else:
            found.numbers.append(number)
    return Emptied(found.numbers, freed, found.kept)


def trash_index(name: str) -> models.Index:
    """An index of the rows in the trash alone."""
    condition: Any = models.Q(trashed_at__isnull=False)
    return models.Index(fields=("trashed_at",), name=name, condition=condition)
