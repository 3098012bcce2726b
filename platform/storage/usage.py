"""What takes room, by kind and by run.

Sizes of versions and snapshots are columns, added up by the database; those of checkpoints and data sets are read from
the folders. All of it is computed at most once in `MAX_AGE_SECONDS` in a process, whatever the number of requests, so
that neither a page nor a client of the API causes more; the pages of the list of runs are parts of one sorted list.
"""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import connection

from storage import registry
from storage.pruning import Candidate, candidates
from storage.registry import Amount, Kind
from weblib.errors import CursorError

MAX_AGE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What took room at one moment.

    Attributes:
        kinds: Largest first; the database has the parts that are in it, too.
        runs: Ids and bytes, largest first.
        candidates: What may go.
        taken_at: By `time.monotonic()`.
    """

    kinds: list[Kind]
    runs: list[tuple[int, int]]
    candidates: list[Candidate]
    taken_at: float = field(default_factory=time.monotonic)

    @property
    def total_bytes(self) -> int:
        """Of everything; what is in the database counts with the database."""
        return sum(kind.amount.size_bytes for kind in self.kinds if not kind.is_in_database)


@dataclass(frozen=True, slots=True)
class RunsPage:
    """A part of the list of runs; `next_cursor` is None on the last page."""

    rows: list[tuple[int, int]]
    next_cursor: str | None


_lock: Final = threading.Lock()
_last: dict[str, Usage] = {}


def usage() -> Usage:
    """What takes room, as it was at most `MAX_AGE_SECONDS` ago; concurrent callers wait for one reading."""
    with _lock:
        known = _last.get("usage")
        if known is None or time.monotonic() - known.taken_at > MAX_AGE_SECONDS:
            known = _last["usage"] = _read()
        return known


def forget() -> None:
    """Read anew at the next call: something was removed."""
    with _lock:
        _last.clear()


def runs_page(found: Usage, *, cursor: str | None, limit: int) -> RunsPage:
    """The runs after `cursor`, largest first.

    Raises:
        CursorError: no page of this list gave that cursor.
    """
    start = 0
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise CursorError(f"expected a cursor that a page of this list gave; got {cursor[:60]!r}")
        start = int(cursor)
    end = start + limit
    return RunsPage(found.runs[start:end], str(end) if end < len(found.runs) else None)


def _read() -> Usage:
    kinds = [Kind("database", "Database", Amount(1, database_bytes()))]
    runs: dict[int, int] = {}
    for application in registry.applications():
        kinds += application.kinds()
        runs |= application.runs()
    return Usage(
        sorted(kinds, key=lambda kind: -kind.amount.size_bytes),
        sorted(runs.items(), key=lambda run: (-run[1], -run[0])),
        candidates(),
    )


def database_bytes() -> int:
    """What the database takes of the disk; SQLite's with the file that its latest writes are in."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    name = str(connection.settings_dict["NAME"])
    files = [Path(name), Path(f"{name}-wal")]
    return sum(file.stat().st_size for file in files if file.exists())
