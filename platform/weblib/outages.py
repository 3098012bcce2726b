"""Errors of what the site stands on, the database and the disk, which a client can only wait for."""

import errno
import sqlite3
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError


@dataclass(frozen=True, slots=True)
class Outage:
    """The answer to a request that met one: HTTP status, stable code, and a sentence."""

    status: int
    code: str
    message: str


DATABASE_UNAVAILABLE: Final = Outage(
    503, "database.unavailable", "the database cannot be used at the moment; retry in a few seconds"
)
STORAGE_FULL: Final = Outage(507, "storage.full", "the disk is full: free some space on the server, then retry")

_FULL_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT}
# Codes of PostgreSQL: its disk is full; it ended the session of a transaction that was idle for too long.
_DISK_FULL: Final = "53100"
_IDLE_IN_TRANSACTION: Final = "25P03"


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage that an error shows: a disk without room, or a database that is away, locked or ended the session."""
    if isinstance(error, OSError):
        return STORAGE_FULL if error.errno in _FULL_ERRNOS else None
    state = getattr(error.__cause__, "sqlstate", None) if error else None
    if isinstance(error, InternalError):
        return DATABASE_UNAVAILABLE if state == _IDLE_IN_TRANSACTION else None
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    is_full = state == _DISK_FULL or getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return STORAGE_FULL if is_full else DATABASE_UNAVAILABLE
