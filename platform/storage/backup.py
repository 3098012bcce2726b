"""Makes a backup while everything runs: the rows of one moment, and the files that they name."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version as library_version
from itertools import chain
from pathlib import Path
from typing import IO, Final

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from storage import registry, rows, schema
from storage.archive import SAFE_NAME, ArchiveWriter, Manifest, Progress, no_progress
from storage.errors import BackupError, FileReplacedError
from storage.files import PinnedFiles
from storage.moment import rows_of_one_moment
from storage.registry import FileReference
from weblib.atomic_files import atomic_file

ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written: the archive's manifest and its size."""

    manifest: Manifest
    size_bytes: int

    @property
    def row_count(self) -> int:
        """Rows of all models."""
        return sum(part.count for part in self.manifest.rows.values())


def make_backup(target: Path, *, overwrite: bool = False, progress: Progress = no_progress) -> Backup:
    """Write an archive to `target`, whole or not at all.

    If a file is removed between the moment of the rows and its copy (a version was deleted for good meanwhile), the
    backup begins anew with the rows of a later moment.

    Args:
        target: Must not exist, unless `overwrite` is true.
        overwrite: Replace `target` once the new archive is complete.
        progress: Called while files are copied.

    Raises:
        BackupError: `target` exists, the database is not migrated, or files were removed again and again.
        OSError: the archive cannot be written.
    """
    if target.exists() and not overwrite:
        raise BackupError(f"{target} exists: choose another name, or overwrite it with --force")
    if not schema.is_current(DEFAULT_DB_ALIAS):
        raise BackupError("the database has migrations to apply: python manage.py migrate, then back up")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with atomic_file(target) as file:
                manifest = _write(file, progress)
            return Backup(manifest, target.stat().st_size)
        except FileReplacedError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _write(file: IO[bytes], progress: Progress) -> Manifest:
    with ArchiveWriter(file) as writer, PinnedFiles() as pinned:
        with rows_of_one_moment() as using:
            # Files first: the shorter the time after the moment, the fewer of them are replaced.
            references = list(_pinned(using, pinned))
            facts = {"migrations": schema.applied(using), "made_at": timezone.now().isoformat()}
            models = rows.models_of(apps)
            for done, (label, model) in enumerate(models.items()):
                progress("rows", done, len(models))
                writer.add_rows(label, rows.lines_of(model, using))
        for done, reference in enumerate(references):
            progress("files", done, len(references))
            _copy(reference, pinned, writer)
        progress("files", len(references), len(references))
        return writer.finish(
            program_version=library_version("digitlab"), database=connections[DEFAULT_DB_ALIAS].vendor, **facts
        )


def _pinned(using: str, pinned: PinnedFiles) -> Iterator[FileReference]:
    """Every file that a row names, once; those of stores that remove files are kept from now on."""
    replaced = {key for key, store in registry.stores().items() if store.are_replaced}
    known = set[tuple[str, str]]()
    for reference in registry.references(using):
        if (reference.store, reference.name) in known:
            continue
        known.add((reference.store, reference.name))
        if reference.store in replaced:
            pinned.pin(reference)
        yield reference


def _copy(reference: FileReference, pinned: PinnedFiles, writer: ArchiveWriter) -> None:
    """Copy a file into the archive; one that is missing or damaged in the store is noted there.

    Raises:
        FileReplacedError: the file was there at the moment of the rows and is gone because its row changed since.
    """
    if not SAFE_NAME.fullmatch(reference.name):
        raise BackupError(f"{reference.owner} names the file {reference.name[:80]!r}, which no archive may hold")
    title = f"{reference.owner}: {registry.stores()[reference.store].title} {reference.name}"
    with closing(pinned.chunks(reference)) as chunks:
        try:
            first = next(chunks, b"")
        except OSError as error:
            if reference.is_optional:
                return
            if not is_still_named(reference):
                raise FileReplacedError(
                    f"{title} was removed while the backup ran, {ATTEMPTS} times in a row: retry when fewer versions "
                    "are deleted"
                ) from error
            writer.problems.append(f"{title} is missing in the store, so it is not in the backup either")
            return
        written = writer.add_file(reference.store, reference.name, chain([first], chunks))
    if reference.sha256 and written.sha256 != reference.sha256:
        writer.problems.append(
            f"{title} is damaged: expected SHA-256 {reference.sha256}, got {written.sha256}; it was copied as it is"
        )


def is_still_named(reference: FileReference) -> bool:
    """Whether a row names this file now, too."""
    return any(
        (now.store, now.name) == (reference.store, reference.name) for now in registry.references(DEFAULT_DB_ALIAS)
    )
