"""Files of stores, whatever holds them: read in chunks, listed, and kept by hard links while a backup runs."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.utils import timezone

from storage import registry
from storage.archive import CHUNK_BYTES
from storage.registry import FileReference, Store

# Folders of a store that are no files of it: of a backup, or of a restore, that runs, or was killed.
PINNED: Final = ".backup-"
STAGED: Final = ".restore-"
# A file that is younger may be one whose row is about to be written.
SETTLED: Final = timedelta(days=1)


def chunks_of(reference: FileReference) -> Generator[bytes, None, None]:
    """The bytes of a file.

    Raises:
        OSError: it is missing, or cannot be read.
    """
    with registry.stores()[reference.store].storage().open(reference.name) as file:
        yield from iter(lambda: file.read(CHUNK_BYTES), b"")


def sha256_of(chunks: Iterable[bytes]) -> tuple[int, str]:
    """How many bytes, and their SHA-256."""
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def names_in(storage: Storage) -> Iterator[str]:
    """The name of every file of a store; folders that begin with a dot are none of its."""
    folders = [""]
    while folders:
        folder = folders.pop()
        with contextlib.suppress(FileNotFoundError):
            inner, names = storage.listdir(folder)
            start = f"{folder}/" if folder else ""
            yield from (start + name for name in sorted(names) if name and not name.startswith("."))
            folders += [start + name for name in inner if name and not name.startswith(".")]


def is_settled(storage: Storage, name: str) -> bool:
    """Whether a file is older than anything that is still being written; False for one that is gone."""
    try:
        return timezone.now() - storage.get_modified_time(name) > SETTLED
    except OSError:
        return False


def remove_abandoned_folders(store: Store) -> None:
    """Remove what a backup or a restore left that was killed more than a day ago."""
    long_ago = time.time() - SETTLED.total_seconds()
    for path in working_folder(store).glob(".*"):
        if path.name.startswith((PINNED, STAGED)) and path.stat().st_mtime < long_ago:
            shutil.rmtree(path, ignore_errors=True)


def working_folder(store: Store) -> Path:
    """Where files of a store are kept for a while: in its folder; for a bucket, in the data folder."""
    storage = store.storage()
    return Path(storage.location if isinstance(storage, FileSystemStorage) else settings.DATA_DIR)


class PinnedFiles:
    """Keeps files of folders readable although their store removes them, until the block ends.

    A hard link costs neither time nor room. Where a folder has none, as some network folders, the file is copied.
    """

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}
        self._pinned: dict[tuple[str, str], Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def pin(self, reference: FileReference) -> None:
        """Keep this file; one that is missing, or is in a bucket, is left as it is."""
        storage = registry.stores()[reference.store].storage()
        if not isinstance(storage, FileSystemStorage):
            return
        source = Path(storage.path(reference.name))
        if not source.is_file():
            return
        if reference.store not in self._folders:
            self._folders[reference.store] = Path(tempfile.mkdtemp(dir=storage.location, prefix=PINNED))
        target = self._folders[reference.store] / str(len(self._pinned))
        try:
            os.link(source, target)
        except FileNotFoundError:
            return
        except OSError:
            try:
                shutil.copyfile(source, target)
            except FileNotFoundError:
                return
        self._pinned[reference.store, reference.name] = target

    def chunks(self, reference: FileReference) -> Generator[bytes, None, None]:
        """The bytes of a file, pinned or not.

        Raises:
            OSError: it is missing, or cannot be read.
        """
        pinned = self._pinned.get((reference.store, reference.name))
        if pinned is None:
            yield from chunks_of(reference)
            return
        with pinned.open("rb") as file:
            yield from iter(lambda: file.read(CHUNK_BYTES), b"")
