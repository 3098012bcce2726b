"""Whether the database has the schema of this program: releases of another one must not serve or train on it."""

from functools import lru_cache
from typing import Final

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

_SHOWN: Final = 3


def schema_problem() -> str:
    """What is wrong, with the remedy; empty where the database has exactly the migrations of this program.

    Raises:
        django.db.Error: the database cannot be used.
    """
    applied = set(MigrationRecorder(connection).applied_migrations())
    known, replaced = _migrations()
    newer = sorted(f"{app}.{name}" for app, name in applied - known - replaced if app in {app for app, _ in known})
    if newer:
        return f"the database is of a newer release (it has {_shortened(newer)}): start that one, or restore a backup"
    missing = sorted(f"{app}.{name}" for app, name in known - applied)
    return f"the database lacks {_shortened(missing)}: python manage.py migrate" if missing else ""


@lru_cache(maxsize=1)
def _migrations() -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """The migrations of this program, and those that its squashed ones replaced."""
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(loader.graph.nodes), frozenset(replaced)


def _shortened(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
