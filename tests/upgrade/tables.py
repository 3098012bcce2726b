"""Tables compared by SQL alone: what models the code has, and in which application, does not matter."""

import contextlib
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from psycopg import sql

Row = tuple[Any, ...]
# Django writes into these when applications, models and migrations are added.
GROWING: Final = frozenset({"django_migrations", "django_content_type", "auth_permission"})


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a table and the values of its rows in them."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def sha256(self) -> str:
        """Of the columns and rows, in whatever order the database returns the rows."""
        lines = [repr(self.columns), *sorted(map(repr, self.rows))]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def summary(self) -> dict[str, Any]:
        """What is recorded of it."""
        return {"rows": len(self.rows), "sha256": self.sha256}


class Database(Protocol):
    """Reads tables by SQL."""

    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of every table, by the table's name."""
        ...

    def rows(self, table: str, columns: Sequence[str]) -> tuple[Row, ...]:
        """The values of these columns in every row of a table."""
        ...


class SQLite:
    """The tables in a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of every table, generated ones included."""
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            found = connection.execute(
                "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c"
                " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid"
            )
            return _grouped(found.fetchall())

    def rows(self, table: str, columns: Sequence[str]) -> tuple[Row, ...]:
        """The values as SQLite keeps them."""
        names = ", ".join(f'"{column}"' for column in columns)
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            return tuple(connection.execute(f'SELECT {names} FROM "{table}"').fetchall())


class PostgreSQL:
    """The tables of a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        self._url = url

    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of every table, generated ones included."""
        with psycopg.connect(self._url) as connection:
            found = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
            )
            return _grouped(found.fetchall())

    def rows(self, table: str, columns: Sequence[str]) -> tuple[Row, ...]:
        """The values as text."""
        names = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
        with psycopg.connect(self._url, options="-c timezone=UTC") as connection:
            return tuple(
                connection.execute(sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(table))).fetchall()
            )


def read_all(database: Database) -> dict[str, Table]:
    """Every table, by its name."""
    return {name: Table(columns, database.rows(name, columns)) for name, columns in database.columns().items()}


def differences(before: Mapping[str, Table], database: Database) -> list[str]:
    """A sentence for each way in which the tables of `before` are no longer as they were; new columns do not count."""
    found = []
    present = database.columns()
    for name, table in before.items():
        lacking = [column for column in table.columns if column not in present.get(name, ())]
        if lacking:
            found.append(f"{name}: no column {', '.join(lacking)}")
            continue
        was, now = Counter(table.rows), Counter(database.rows(name, table.columns))
        lost, added = list((was - now).elements()), list((now - was).elements())
        if lost:
            found.append(f"{name}: {len(lost)} of {len(table.rows)} rows are lost or changed: {lost[0]!r:.300}")
        if added and name not in GROWING:
            found.append(f"{name}: {len(added)} rows were not there or are changed: {added[0]!r:.300}")
    return found


def _grouped(pairs: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for table, column in pairs:
        grouped[table] = (*grouped.get(table, ()), column)
    return grouped
