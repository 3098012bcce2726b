"""Restores an archive: its rows in one transaction, on either database, and its files; all of it or nothing.

The database gets the schema that the archive names, takes the rows by the models of that time, and is then migrated to
today's schema. The files are first written to a folder next to their store and are moved at the end of the transaction.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction

from storage import registry, rows, schema
from storage.archive import ArchivedFile, ArchiveReader, Manifest, Progress, no_progress
from storage.errors import ArchiveError, RestoreError
from storage.files import STAGED, names_in, sha256_of, working_folder
from storage.schema import RecordedSchema

# What a database has as soon as it is migrated.
_ALWAYS_THERE: Final = {"django_migrations", "django_content_type", "auth_permission", "django_session"}
_SPARE_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """What is where an archive would be restored: tables that have rows, and files that are not the archive's."""

    tables: list[str]
    files: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be destroyed."""
        return not self.tables and not self.files

    def __str__(self) -> str:
        found = []
        if self.tables:
            found.append(f"the database has rows ({', '.join(self.tables[:5])}{' …' if len(self.tables) > 5 else ''})")
        if self.files:
            found.append(f"the store has {len(self.files):,} other files ({self.files[0]} …)")
        return " and ".join(found)


def target_of(archive: ArchiveReader) -> Target:
    """What is in the database and in the stores; a file that is the archive's to the last bit does not count."""
    expected = {(file.store, file.name): file for file in archive.files}
    files = []
    for key, store in registry.stores().items():
        storage = store.storage()
        for name in names_in(storage):
            file = expected.get((key, name))
            if file is None or not _is_there(file):
                files.append(f"{key}/{name}")
    return Target(sorted(table for table in _tables() - _ALWAYS_THERE if _has_rows(table)), files)


def restore(archive: ArchiveReader, *, replace: bool = False, progress: Progress = no_progress) -> Manifest:
    """Restore an archive; runs that were held by a worker when it was made are queued again, or stopped.

    Args:
        archive: Opened; its content is checked here before anything is written.
        replace: Remove the rows that there are. Files that are not the archive's stay, without a row.
        progress: Called while files are read.

    Raises:
        RestoreError: there are rows or files, and `replace` is false; or there is no room. Nothing was changed.
        ArchiveError: the archive is damaged, or of a newer program. Nothing was changed.
    """
    recorded = schema.recorded_schema(archive.manifest.migrations, DEFAULT_DB_ALIAS)
    _check_known(archive, recorded)
    found = target_of(archive)
    if not (replace or found.is_empty):
        raise RestoreError(f"{found}: restore into an empty data folder and database, or replace all with --replace")
    archive.check(progress)
    with StagedFiles(archive, progress) as staged:
        try:
            with _one_transaction():
                _drop_tables(recorded)
                schema.migrate(DEFAULT_DB_ALIAS, recorded.leaves)
                _load(archive, recorded)
                _bring_up_to_date()
                staged.move()
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise RestoreError(f"nothing was restored; the database refused a row: {reason}") from error
        staged.keep()
    return archive.manifest


class StagedFiles:
    """The files of an archive in a folder next to their store, until they are moved; removed unless they are kept.

    Raises:
        RestoreError: there is no room for them.
    """

    def __init__(self, archive: ArchiveReader, progress: Progress) -> None:
        self._archive, self._progress = archive, progress
        self._folders: dict[str, Path] = {}
        self._staged: list[tuple[ArchivedFile, Path]] = []
        self._moved: list[ArchivedFile] = []
        self._put_aside: list[tuple[Path, Path]] = []

    def __enter__(self) -> Self:
        try:
            total, done = self._archive.manifest.file_bytes, 0
            for file in self._archive.files:
                if not _is_there(file):
                    self._stage(file)
                done += file.size_bytes
                self._progress("files", done, total)
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._moved:
            with contextlib.suppress(OSError):
                registry.stores()[file.store].storage().delete(file.name)
        if kind is not None:
            for path, was in self._put_aside:
                path.replace(was)
        self._clear()

    def move(self) -> None:
        """Put every file where its row expects it."""
        os.sync()  # once for all: a call for each of ten thousand files took a minute and a half
        for file, path in self._staged:
            storage = registry.stores()[file.store].storage()
            if isinstance(storage, FileSystemStorage):
                target = Path(storage.path(file.name))
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if target.exists():  # another file of that name, which comes back if this is undone
                    aside = path.with_name(f"{path.name}-was")
                    target.replace(aside)
                    self._put_aside.append((aside, target))
                path.replace(target)
                self._moved.append(file)
                continue
            self._moved.append(file)
            storage.delete(file.name)
            with path.open("rb") as opened:
                storage.save(file.name, File(opened))

    def keep(self) -> None:
        """The rows are committed: what was moved stays."""
        self._moved = []

    def _stage(self, file: ArchivedFile) -> None:
        folder = self._folder(file.store)
        if shutil.disk_usage(folder).free < file.size_bytes + _SPARE_BYTES:
            raise RestoreError(
                f"there is no room for the files of the archive: {self._archive.manifest.file_bytes:,} bytes in all"
            )
        path = folder / str(len(self._staged))
        with path.open("wb") as opened:
            for chunk in self._archive.chunks(file):
                opened.write(chunk)
        path.chmod(0o600)
        self._staged.append((file, path))

    def _folder(self, key: str) -> Path:
        if key not in self._folders:
            place = working_folder(registry.stores()[key])
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folders[key] = Path(tempfile.mkdtemp(dir=place, prefix=STAGED))
        return self._folders[key]

    def _clear(self) -> None:
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _one_transaction() -> Iterator[None]:
    """One transaction for tables and rows; references between rows are checked once all of them are there."""
    # SQLite changes tables only while it checks no references, and that cannot be switched inside a transaction.
    connection.ensure_connection()
    connection.disable_constraint_checking()
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        connection.enable_constraint_checking()


def _load(archive: ArchiveReader, recorded: RecordedSchema) -> None:
    models = rows.models_of(recorded.apps)
    for label in archive.manifest.rows:
        try:
            rows.insert(models[label], archive.lines(label), DEFAULT_DB_ALIAS)
        except ArchiveError:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise ArchiveError(f"the archive is damaged or hostile: {error}"[:500]) from error
    # New rows, those of migrations too, get keys that are free.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)
    connection.check_constraints()
    if connection.vendor == "postgresql":
        # A table cannot be changed while checks of its rows are outstanding.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _bring_up_to_date() -> None:
    """Today's schema, with its kinds of content and permissions, and states that are true."""
    schema.migrate(DEFAULT_DB_ALIAS)
    ContentType.objects.clear_cache()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)
    for application in registry.applications():
        application.restored()


def _check_known(archive: ArchiveReader, recorded: RecordedSchema) -> None:
    unknown = archive.manifest.rows.keys() - rows.models_of(recorded.apps).keys()
    if unknown:
        raise ArchiveError(
            f"the archive is damaged or hostile: it has rows of {sorted(unknown)[0]}, which has no table"
        )
    stores = {file.store for file in archive.files} - registry.stores().keys()
    if stores:
        raise ArchiveError(
            f"this backup was made by a newer version of Digit Lab (it has files of the store {sorted(stores)[0]!r}): "
            "upgrade Digit Lab, then restore"
        )


def _tables() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 -- a table's own name
        return cursor.fetchone() is not None


def _drop_tables(recorded: RecordedSchema) -> None:
    """Remove the tables of this program, of today and of the archive's time; other tables stay."""
    ours = {"django_migrations"}
    for known in (apps, recorded.apps):
        ours |= {model._meta.db_table for model in known.get_models(include_auto_created=True)}
    with connection.schema_editor() as editor:
        for table in sorted(ours & _tables()):
            editor.execute(editor.sql_delete_table % {"table": editor.quote_name(table)})


def _is_there(file: ArchivedFile) -> bool:
    """Whether a store has this file already, to the last bit."""
    storage = registry.stores()[file.store].storage()
    try:
        if not storage.exists(file.name) or storage.size(file.name) != file.size_bytes:
            return False
        with storage.open(file.name) as opened:
            return sha256_of(iter(lambda: opened.read(1 << 20), b""))[1] == file.sha256
    except OSError:
        return False
