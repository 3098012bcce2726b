"""A connection of its own whose reads all see the rows of one moment, while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction

ALIAS: Final = "one_moment"


@contextmanager
def rows_of_one_moment() -> Iterator[str]:
    """The alias of a connection that reads the rows as they are at its first query; no writer waits for it.

    PostgreSQL: one read-only transaction at REPEATABLE READ. SQLite: one read transaction, which in WAL mode neither
    holds up writers nor sees them; not an immediate one as elsewhere, which would take the lock of writers.
    """
    connection = connections[DEFAULT_DB_ALIAS].copy(ALIAS)
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "transaction_mode": "DEFERRED"}
    connections[ALIAS] = connection
    try:
        with transaction.atomic(using=ALIAS):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    # It is idle while files are copied, and locks no row.
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield ALIAS
    finally:
        connection.close()
        del connections[ALIAS]
