"""Writes an archive as a program of this database's schema would have: `python -m tests.storage.old_archive FILE`."""

import sys
from pathlib import Path

import django

django.setup()

from django.db import DEFAULT_DB_ALIAS  # noqa: E402

from storage import registry, rows, schema  # noqa: E402
from storage.archive import ArchiveWriter  # noqa: E402
from storage.files import chunks_of  # noqa: E402
from storage.registry import FileReference  # noqa: E402


def write(target: Path) -> None:
    """All rows by the models of that time, and the files of the stores."""
    migrations = schema.applied(DEFAULT_DB_ALIAS)
    apps = schema.recorded_schema(migrations, DEFAULT_DB_ALIAS).apps
    with target.open("wb") as file:
        writer = ArchiveWriter(file)
        for label, model in rows.models_of(apps).items():
            writer.add_rows(label, rows.lines_of(model, DEFAULT_DB_ALIAS))
        for key, store in registry.stores().items():
            folder = Path(store.storage().path(""))
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = path.relative_to(folder).as_posix()
                writer.add_file(key, name, chunks_of(FileReference(key, name, "a file")))
        writer.finish(
            program_version="0.1.0", made_at="2026-11-01T00:00:00+00:00", database="sqlite", migrations=migrations
        )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
