"""A data folder is held by one program at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderInUseError(RuntimeError):
    """Another program holds the folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a data folder; the lock is free again when this process ends, however it ends.

    Raises:
        FolderInUseError: a lab runs in it.
    """
    with (folder / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderInUseError(f"a lab runs in {folder} already") from error
        yield
