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

# A web process answers within 5 s that its database is cut off: the wait for a connection of the pool, of which the
# last moment may yield one whose check then waits for `WEB_SILENCE_SECONDS`, and half a second for the answer.
POOL_SECONDS: Final = 3.0
# Three retransmissions, after 0.2, 0.6 and 1.4 s, are lost as well.
WEB_SILENCE_SECONDS: Final = 1.5
# Less than the wait for the pool, which connects in the background; libpq takes no less.
WEB_CONNECT_SECONDS: Final = 2
# While a result is awaited: the first probe after two seconds, and the end at the next one.
_WEB_PROBES: Final = {"idle": 2, "interval": 1, "count": 2}

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
# Of a web process: a client waits for it, while a worker retries for a minute.
_WEB: Final = {
    "connect_timeout": WEB_CONNECT_SECONDS,
    "tcp_user_timeout": int(WEB_SILENCE_SECONDS * 1000),
    **{f"keepalives_{name}": value for name, value in _WEB_PROBES.items()},
}
# With WAL but without immediate transactions, most concurrent writers met "database is locked".
_SQLITE: Final = {
    "timeout": SQLITE_BUSY_SECONDS,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}


def with_timeouts(database: dict[str, Any], *, is_web: bool = False) -> dict[str, Any]:
    """The entry of Django's DATABASES with timeouts; what its OPTIONS name, from DATABASE_URL, has precedence.

    Args:
        database: as the settings of the environment say.
        is_web: whether clients wait for this process: it then gives up sooner than a worker, which retries.
    """
    options = database.get("OPTIONS", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return {**database, "OPTIONS": {**_SQLITE, **options}}
    # Of two values of one parameter, PostgreSQL takes the last.
    session = " ".join([*(f"-c {name}={value}" for name, value in _SESSION.items()), options.get("options", "")])
    sooner = _WEB if is_web else {}
    return {**database, "OPTIONS": {**_POSTGRESQL, **sooner, **options, "options": session.strip()}}


def pool(most_connections: int) -> dict[str, Any]:
    """The options of a web process's pool of PostgreSQL connections."""
    return {
        "min_size": 1,
        "max_size": most_connections,
        "timeout": POOL_SECONDS,
        # A longer series of attempts, with growing pauses, would delay the first connection after an outage; the next
        # request begins anew.
        "reconnect_timeout": POOL_SECONDS,
    }
