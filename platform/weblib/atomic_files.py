"""Files that appear whole or not at all."""

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

PREFIX = ".writing-"
# A file that is younger may not be locked yet by the one who begins to write it.
ABANDONED_SECONDS = 5.0


@contextlib.contextmanager
def atomic_file(target: Path) -> Iterator[IO[bytes]]:
    """A file to write, under a temporary name; at the end it is flushed to disk and renamed to `target`.

    A missing folder is created. If the block raises, nothing is left behind.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=PREFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # If the lock is free, the writer is dead. Some network folders have no locks.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
            Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_atomically(target: Path, chunks: Iterable[bytes]) -> None:
    """Write `target` under a temporary name, flush it to disk, rename it; a missing folder is created."""
    with atomic_file(target) as file:
        for chunk in chunks:
            file.write(chunk)


def remove_abandoned(folder: Path) -> None:
    """Remove temporary files in `folder` whose writer was killed."""
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            if time.time() - os.fstat(file.fileno()).st_mtime > ABANDONED_SECONDS:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
