"""References of other applications to versions, which they register at start-up: none of them is imported here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class References:
    """What an application answers about a version, by its number.

    Attributes:
        needed_because: Why the version must stay, such as "run 12 starts from it"; "" if it need not.
        run_id: Of the run that published it; None if there is none.
        started_at: When that run started first.
    """

    needed_because: Callable[[int], str]
    run_id: Callable[[int], int | None]
    started_at: Callable[[int], datetime | None] = lambda _number: None


_references: list[References] = []


def register(references: References) -> None:
    """Take `references` into account from now on."""
    if references not in _references:
        _references.append(references)


def needed_because(number: int) -> str:
    """Why a version must stay; "" if nothing needs it."""
    return next(filter(None, (one.needed_because(number) for one in _references)), "")


def run_id(number: int) -> int | None:
    """The run that published a version; None if it is gone, or there never was one."""
    return next(filter(None, (one.run_id(number) for one in _references)), None)


def started_at(number: int) -> datetime | None:
    """When the run that published a version started first; None if it is gone, or there never was one."""
    return next(filter(None, (one.started_at(number) for one in _references)), None)
