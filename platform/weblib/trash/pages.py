"""What the pages of the trash of runs and of versions share: their lines, and the messages after emptying it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest

from weblib.templatetags.readable import file_size
from weblib.trash.rows import Emptied


@dataclass(frozen=True, slots=True)
class TrashLine:
    """A row in the trash, and the addresses that restore it and delete it for good."""

    title: str
    name: str
    facts: str
    trashed_at: datetime | None
    trashed_by: str
    restore: str
    delete: str


def freed_words(size_bytes: int, *, nothing: str) -> str:
    """How much room a deletion made; `nothing` where it made none."""
    return f"{file_size(size_bytes)} of the disk are free again." if size_bytes else nothing


def tell_emptied(request: HttpRequest, emptied: Emptied, *, noun: str, nothing_freed: str) -> None:
    """Leave messages for the next page: what is gone, and what had to stay."""
    count = len(emptied.numbers)
    freed = freed_words(emptied.freed_bytes, nothing=nothing_freed)
    words = f"{count} {noun}{'' if count == 1 else 's'} deleted. {freed}"
    messages.success(request, words if count else "There was nothing to delete.")
    for reason in emptied.kept:
        messages.warning(request, f"{reason[:1].upper()}{reason[1:]}.")


def facts(parts: Iterable[str]) -> str:
    """Facts in one line, without those that are empty."""
    return " · ".join(filter(None, parts))
