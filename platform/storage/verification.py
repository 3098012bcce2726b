"""Compares every file with its row, and every row with its file; changes nothing."""

from collections.abc import Iterator
from contextlib import closing

from django.db import DEFAULT_DB_ALIAS, connection

from storage import registry
from storage.archive import Progress, no_progress
from storage.backup import is_still_named
from storage.files import chunks_of, is_settled, names_in, sha256_of
from storage.registry import FileReference


def problems(progress: Progress = no_progress) -> Iterator[str]:
    """What is wrong, a sentence each: damaged and missing files, files without a row, a damaged database."""
    yield from _problems_of_database()
    references = list(registry.references(DEFAULT_DB_ALIAS))
    for done, reference in enumerate(references):
        progress("verifying", done, len(references))
        problem = _problem_of(reference)
        # What was replaced since its row was read is no problem.
        if problem and is_still_named(reference) and (problem := _problem_of(reference)):
            yield f"{reference.owner}: {registry.stores()[reference.store].title} {reference.name} {problem}"
    progress("verifying", len(references), len(references))
    for key, name in files_without_row():
        yield f"no row: {registry.stores()[key].title} {name} belongs to nothing; manage.py prune removes it"


def files_without_row() -> list[tuple[str, str]]:
    """The files that no row names and that are older than a day, by store and name."""
    storages = {key: store.storage() for key, store in registry.stores().items()}
    # The files first, then the rows: what is published meanwhile is named.
    there = [(key, name) for key, storage in storages.items() for name in names_in(storage)]
    named = {(one.store, one.name) for one in registry.references(DEFAULT_DB_ALIAS)}
    return [(key, name) for key, name in there if (key, name) not in named and is_settled(storages[key], name)]


def _problems_of_database() -> Iterator[str]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(10)")
        yield from (f"the database is damaged: {line}" for (line,) in cursor.fetchall() if line != "ok")


def _problem_of(reference: FileReference) -> str:
    """What is wrong with the file of a row; "" if nothing is."""
    try:
        with closing(chunks_of(reference)) as chunks:
            if reference.check is not None:
                data = b"".join(chunks)
                size, sha256 = sha256_of([data])
            else:
                data, (size, sha256) = b"", sha256_of(chunks)
    except FileNotFoundError:
        return "" if reference.is_optional else "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if reference.size_bytes is not None and size != reference.size_bytes:
        return f"is damaged: expected {reference.size_bytes:,} bytes, got {size:,}"
    if reference.sha256 and sha256 != reference.sha256:
        return f"is damaged: expected SHA-256 {reference.sha256}, got {sha256}"
    return reference.check(data) if reference.check is not None else ""
