"""The timeouts of every database connection, so that nothing waits for a machine that is gone.

A machine that vanishes inside a transaction keeps its rows locked: the server ends that session after
`IDLE_IN_TRANSACTION_SECONDS`, and what meets the lock meanwhile gives up after `LOCK_SECONDS`, or twice that.
"""

from typing import Any, Final

CONNECT_SECONDS: Final = 5
# Of several that meet one locked row, all but the first wait twice: for their turn, then for the lock's holder.
LOCK_SECONDS: Final = 4
# No transaction waits for anything but the database and, in one case, the deletion of one model file.
IDLE_IN_TRANSACTION_SECONDS: Final = 10
# Unanswered packets, at either end: after 5 s without traffic, three probes.
SILENCE_SECONDS: Final = 10
SQLITE_BUSY_SECONDS: Final = 9
"""Below the ten seconds within which every request is answered."""

_PROBES: Final = {"idle": 5, "interval": 2, "count": 3}
_SESSION: Final = {
    "lock_timeout": LOCK_SECONDS * 1000,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS * 1000,
    "tcp_user_timeout": SILENCE_SECONDS * 1000,
    **{f"tcp_keepalives_{name}": value for name, value in _PROBES.items()},
}
_POSTGRESQL: Final = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": SILENCE_SECONDS * 1000,
    "keepalives": 1,
    **{f"keepalives_{name}": value for name, value in _PROBES.items()},
}
# With WAL but without immediate transactions, most concurrent writers met "database is locked".
_SQLITE: Final = {
    "timeout": SQLITE_BUSY_SECONDS,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}


def with_timeouts(database: dict[str, Any]) -> dict[str, Any]:
    """The entry of Django's DATABASES with timeouts; what its OPTIONS name, from DATABASE_URL, has precedence."""
    options = database.get("OPTIONS", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return {**database, "OPTIONS": {**_SQLITE, **options}}
    # Of two values of one parameter, PostgreSQL takes the last.
    session = " ".join([*(f"-c {name}={value}" for name, value in _SESSION.items()), options.get("options", "")])
    return {**database, "OPTIONS": {**_POSTGRESQL, **options, "options": session.strip()}}
