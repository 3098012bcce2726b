"""Lines of the log: time, level, process, and the user and the run where one is concerned; as text or as JSON."""

import logging
from typing import Any, Literal

from digitlab.processes import role
from weblib import log_context

_TEXT = "%(asctime)s %(levelname)s %(role)s[%(process)d] %(name)s: %(message)s%(about)s"
_JSON_FIELDS = {"asctime": "time", "levelname": "level", "role": "process", "process": "pid", "name": "logger"}


class WithContext(logging.Filter):
    """Adds the process's role, the run and the user to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record."""
        run, user = log_context.current_run(), log_context.current_user()
        record.role = role.current()
        record.run, record.user = run, user or None
        parts = [f"run={run}"] if run is not None else []
        parts += [f"user={user!r}"] if user else []
        record.about = f" [{' '.join(parts)}]" if parts else ""
        return True


def configuration(level: str, kind: Literal["text", "json"]) -> dict[str, Any]:
    """Django's LOGGING: every process writes its lines to stderr."""
    formatters = {
        "text": {"format": _TEXT},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": " ".join(f"%({name})s" for name in (*_JSON_FIELDS, "message", "run", "user")),
            "rename_fields": _JSON_FIELDS,
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
            "reserved_attrs": [*_RESERVED, "about"],
        },
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": WithContext}},
        "formatters": {kind: formatters[kind]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": kind, "filters": ["context"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # uvicorn brings handlers of its own.
            "uvicorn": {"handlers": [], "propagate": True},
            # Without this, configuring its parent would switch the access log on again: a fifth of a prediction's time.
            "uvicorn.access": {"handlers": [], "propagate": False},
            # The logger of the workers' pool passes nothing on.
            "multiprocessing": {"handlers": ["stderr"]},
        },
    }


# The attributes that every record has; only those that the format names are written.
_RESERVED = tuple(logging.LogRecord("", 0, "", 0, "", None, None).__dict__)
