"""Retries, within a timeout, while the database is unavailable or the disk is full."""

import errno
import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import Error, connection

from training.errors import StorageError
from weblib.outages import outage_of

logger = logging.getLogger(__name__)

DATABASE_SECONDS = 60.0
DISK_SECONDS = 60.0
PAUSE_SECONDS = 0.5

_WORDS: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "there is no room left for this user",
    errno.EACCES: "it is not allowed",
    errno.EPERM: "it is not allowed",
    errno.EROFS: "the disk is read-only",
}

Answer = TypeVar("Answer")


def retry_database(act: Callable[[], Answer]) -> Answer:
    """What `act` answers; while the database is away it is called again, for `DATABASE_SECONDS` at most.

    A commit whose answer was lost may have happened: `act` must be one that may be done twice.

    Raises:
        Error: the database stayed away, or refused this for another reason.
    """
    deadline = time.monotonic() + DATABASE_SECONDS
    while True:
        try:
            return act()
        except Error as error:
            if outage_of(error) is None or connection.in_atomic_block or time.monotonic() >= deadline:
                raise
            logger.warning("the database is unavailable, retrying: %s", error)
            connection.close()
        time.sleep(PAUSE_SECONDS)


def retry_disk(write: Callable[[], Answer], what: str, *, tell: Callable[[str], None]) -> Answer:
    """What `write` answers; while it cannot write it is called again, for `DISK_SECONDS` at most.

    Args:
        write: writes a file, whole or not at all.
        what: is written, for people: "the checkpoint".
        tell: called before each retry with the reason; what it raises ends the retries.

    Raises:
        StorageError: the file could not be written; the message says why and what to do.
    """
    deadline = time.monotonic() + DISK_SECONDS
    while True:
        try:
            return write()
        except OSError as error:
            words = f"{what} cannot be written: {storage_error_label(error)}"
            logger.warning("%s (%s)", words, error)
            if time.monotonic() >= deadline:
                raise StorageError(f"{words}; mend that, then resume this run") from error
        tell(words)
        time.sleep(PAUSE_SECONDS)


def storage_error_label(error: OSError) -> str:
    """Why a file could not be read or written, in plain words."""
    number = error.errno or 0
    return _WORDS.get(number) or (error.strerror or str(error) or type(error).__name__).lower()
