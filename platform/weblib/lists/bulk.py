"""The same done to several rows: each answers for itself, and those that cannot are named and left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from django.contrib import messages
from django.http import HttpRequest

MAX_ROWS: Final = 200
NAMED_AT_MOST: Final = 10
GONE: Final = "it is not there any more"


class Titled(Protocol):
    """A row that lists call by a title."""

    @property
    def title(self) -> str:
        """Its name, else its number."""


Row = TypeVar("Row", bound=Titled)


@dataclass(frozen=True, slots=True)
class Left:
    """A row to which it is not done, and why not."""

    title: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """The rows to which it was done, by title, and those that were left."""

    done: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def sorted_out(
    numbers: Iterable[int],
    find: Callable[[list[int]], dict[int, Row]],
    why_not: Callable[[Row], str],
    *,
    noun: str,
) -> tuple[list[Row], list[Left]]:
    """Those of the rows to which it can be done as they are now, newest first, and the others.

    Args:
        numbers: of the rows.
        find: the rows of these numbers that there are.
        why_not: why it cannot be done to a row; "" if it can.
        noun: what a row is called that is not there.
    """
    wanted = sorted(set(numbers), reverse=True)[:MAX_ROWS]
    found = find(wanted)
    able: list[Row] = []
    left: list[Left] = []
    for number in wanted:
        row = found.get(number)
        reason = GONE if row is None else why_not(row)
        if row is None or reason:
            left.append(Left(f"{noun} {number}" if row is None else row.title, reason))
        else:
            able.append(row)
    return able, left


def done_to(
    rows: Iterable[Row],
    do: Callable[[Row], object],
    *,
    left: list[Left],
    refused: type[Exception],
    missing: type[Exception],
) -> Outcome:
    """Do it to the rows one by one; `refused` or `missing` is raised by one that has changed since it was looked at."""
    outcome = Outcome(left=left)
    for row in rows:
        try:
            do(row)
        except refused as error:
            outcome.left.append(Left(row.title, str(error)))
        except missing:
            outcome.left.append(Left(row.title, GONE))
        else:
            outcome.done.append(row.title)
    return outcome


def add_messages(request: HttpRequest, outcome: Outcome, *, past: str, noun: str) -> None:
    """Leave messages for the next page: to which it was done, and which are left."""
    if outcome.done:
        verb = "is" if len(outcome.done) == 1 else "are"
        messages.success(request, f"{_named(outcome.done, noun)} {verb} {past}.")
    for one in outcome.left[:NAMED_AT_MOST]:
        messages.warning(request, f"{one.title} is left as it is: {one.reason}.")
    more = outcome.left[NAMED_AT_MOST:]
    if more:
        messages.warning(request, f"So are {len(more)} more.")


def _named(titles: list[str], noun: str) -> str:
    """The titles while they are few, else how many."""
    if len(titles) > 4:
        return f"{len(titles)} {noun}s"
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
