"""The table of settings: what is read from the environment, checked at the start; the README shows the same rows.

A variable that is empty counts as not set. pydantic-settings would read these too, but its messages are not ours, it
has no sentence for the README, and rates and addresses need functions of their own in either case.
"""

import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
import limits

from digitlab import model_store
from digitlab.processes import blas_threads

_YES: Final = {"1", "true", "yes", "on"}
_NO: Final = {"0", "false", "no", "off"}
_ENGINES: Final = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


class SettingError(ValueError):
    """A variable has a value that its setting cannot take; the message names it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable.

    Args:
        name: Of the variable.
        read: The value of a text that is not empty; raises an error of any kind for one that is wrong.
        expected: What a right text is, after "is".
        default: A text for `read`; empty where the value is then "" or computed elsewhere.
        shown_default: What the README shows where `default` does not say it.
        help: What the README says of it.
        is_secret: Whether the text must not be printed.
    """

    name: str
    read: Callable[[str], Any]
    expected: str
    default: str
    help: str
    shown_default: str = ""
    is_secret: bool = False

    @property
    def row(self) -> str:
        """The row of the README's table."""
        default = self.shown_default or (f"`{self.default}`" if self.default else "–")
        return f"| `{self.name}` | {default} | {self.help} |"

    def value(self) -> Any:
        """What the environment says.

        Raises:
            SettingError: it is not what is expected.
        """
        text = os.environ.get(self.name, "").strip() or self.default
        if not text:
            return ""
        try:
            return self.read(text)
        except Exception as error:  # the parsers of other packages raise several kinds
            got = "something else" if self.is_secret else repr(text)
            raise SettingError(f"{self.name} is {self.expected}; got {got}") from error


def values() -> dict[str, Any]:
    """The value of every setting; ends the process with one sentence where one is wrong."""
    try:
        return {setting.name: setting.value() for setting in SETTINGS}
    except SettingError as error:
        raise SystemExit(f"Error: {error}") from None


def database(settings: Mapping[str, Any], sqlite_file: Path) -> dict[str, Any]:
    """The entry of Django's DATABASES: by DATABASE_URL, else by DATABASE_HOST and the rest, else SQLite."""
    if settings["DATABASE_URL"]:
        return dict(settings["DATABASE_URL"])
    host, _, port = settings["DATABASE_HOST"].partition(":")
    if not host:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(sqlite_file)}
    account = {name: settings[f"DATABASE_{name}"] for name in ("NAME", "USER", "PASSWORD")}
    return {"ENGINE": "django.db.backends.postgresql", "HOST": host, "PORT": port, **account}


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        return words[words.index(text)]

    return read


def _number(kind: Callable[[str], float], least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = kind(text)
        if not least <= number <= most:
            raise ValueError(number)
        return number

    return read


def _switch(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError(text)
    return text.lower() in _YES


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _origins(text: str) -> list[str]:
    origins = _words(text)
    if not all(urlsplit(one).scheme in {"http", "https"} and urlsplit(one).netloc for one in origins):
        raise ValueError(text)
    return origins


def _rate(text: str) -> str:
    if limits.parse(text).amount < 1:
        raise ValueError(text)
    return text


def _log_level(text: str) -> str:
    level = text.upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ValueError(text)
    return logging.getLevelName(logging.getLevelNamesMapping()[level])


def _time_zone(text: str) -> str:
    return ZoneInfo(text).key


def _url_prefix(text: str) -> str:
    """The path of the site as "/lab", or nothing; slashes at the ends do not matter."""
    parts = [part for part in text.split("/") if part]
    if not all(re.fullmatch(r"[\w.~-]+", part, re.ASCII) and part.strip(".") for part in parts):
        raise ValueError(text)
    return "".join(f"/{part}" for part in parts)


def _database(text: str) -> dict[str, Any]:
    database: dict[str, Any] = environ.Env.db_url_config(text)
    if database.get("ENGINE") not in _ENGINES or not database["NAME"]:
        raise ValueError(database.get("ENGINE"))
    return database


def _host_and_port(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+(:\d{1,5})?", text, re.ASCII):
        raise ValueError(text)
    return text


def _redis_url(text: str) -> str:
    parts = urlsplit(text)
    place = parts.path if parts.scheme == "unix" else parts.hostname
    if parts.scheme not in {"redis", "rediss", "unix"} or not place or parts.port == 0:
        raise ValueError(parts.scheme)
    return text


def _model_store(text: str) -> str:
    model_store.check(text)
    return text


_SECONDS: Final = "a number of seconds from 0.05 to 86400"
_SECONDS_READ: Final = _number(float, 0.05, 86_400)
_DAYS: Final = "a number of days from 0 to 36500"
_DAYS_READ: Final = _number(float, 0, 36_500)
_THREADS: Final = "threads of matrix products; if one of these three is set, none is changed"
_THREADS_DEFAULT: Final = "1 in the web process and in each slot of a worker"
_RATE: Final = "a number per second, minute, hour or day, such as 60/hour"

SETTINGS: Final = (
    Setting(
        "PORT",
        _number(int, 1, 65_535),
        "a whole number from 1 to 65535",
        "",
        "where `make run` listens; `manage.py web` has the default port 8000",
        shown_default="the first free port from 8000",
    ),
    Setting("HOST", str, "an address", "127.0.0.1", "the address that `make run` and `manage.py web` listen on"),
    Setting(
        "DIGITLAB_DATA_DIR",
        str,
        "a folder",
        "",
        "database, model files, checkpoints, data sets, logs",
        shown_default="`.data`",
    ),
    Setting(
        "DIGITLAB_MODEL_STORE",
        _model_store,
        "a folder or s3://bucket/prefix, with endpoint_url and region_name after a question mark",
        "",
        "another folder, or `s3://bucket/prefix?endpoint_url=https://…&region_name=…`",
        shown_default="`models` in the data folder",
    ),
    Setting("DIGITLAB_MNIST", str, "a file", "", "path of Keras's `mnist.npz`, instead of a download"),
    Setting(
        "DATABASE_URL",
        _database,
        "an address such as postgres://user:password@host/name or sqlite:////folder/file",
        "",
        "`postgres://user:password@host/name`",
        shown_default="SQLite in the data folder",
        is_secret=True,
    ),
    Setting(
        "DATABASE_HOST",
        _host_and_port,
        "a host name, with a port after a colon if it is not 5432",
        "",
        "PostgreSQL's host, such as `postgres:5432`, instead of an address: then the next three count, and a password "
        "may have any characters",
    ),
    Setting("DATABASE_NAME", str, "a name", "digitlab", "the database on that host"),
    Setting("DATABASE_USER", str, "a name", "digitlab", "who logs in to it"),
    Setting("DATABASE_PASSWORD", str, "a text", "", "the password of that user", is_secret=True),
    Setting(
        "DATABASE_CONNECTIONS",
        _number(int, 1, 1000),
        "a whole number from 1 to 1000",
        "20",
        "connections to PostgreSQL that a web process has at most; a request waits up to 3 s for one",
    ),
    Setting(
        "REDIS_URL",
        _redis_url,
        "an address such as redis://host:6379/0",
        "",
        "`redis://host:6379/0`",
        shown_default="an embedded Redis",
        is_secret=True,
    ),
    Setting(
        "DIGITLAB_AUTH",
        _one_of("local", "login"),
        "'local' or 'login'",
        "local",
        "`local`: no accounts, this machine only; `login`: accounts, and tokens for the API (in the Docker image)",
    ),
    Setting("RATE_SUBMISSIONS", _rate, _RATE, "60/hour", "limit of runs per account, in `login` mode"),
    Setting(
        "RATE_PREDICTIONS",
        _rate,
        _RATE,
        "3000/minute",
        "limit of predictions per account, in `login` mode",
    ),
    Setting(
        "RATE_LOGINS",
        _rate,
        _RATE,
        "10/minute",
        "limit of failed log-ins per account name; a client's address has ten times as many",
    ),
    Setting(
        "SOCKETS_PER_ACCOUNT",
        _number(int, 1, 100_000),
        "a whole number from 1 to 100000",
        "100",
        "WebSockets that an account may have open at once on a web process, in `login` mode",
    ),
    Setting(
        "WORKER_SLOTS",
        _number(int, 1, 1000),
        "a whole number from 1 to 1000",
        str(blas_threads.default_slots()),
        "training runs at once in a worker; each uses one core",
        shown_default="the cores, at most 8",
    ),
    *(
        Setting(name, str, "a number", "", _THREADS, shown_default=_THREADS_DEFAULT)
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    ),
    Setting(
        "SECRET_KEY",
        str,
        "a text",
        "",
        "signs sessions",
        shown_default="made once, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "ALLOWED_HOSTS",
        _words,
        "a list of host names separated by commas",
        "localhost,127.0.0.1,[::1]",
        "host names the site answers to; `.lab.example` is a domain with its subdomains",
    ),
    Setting(
        "CSRF_TRUSTED_ORIGINS",
        _origins,
        "a list of addresses that begin with https:// or http://, separated by commas",
        "",
        "addresses of a proxy before it, such as `https://lab.example` or `https://*.lab.example`",
    ),
    Setting(
        "URL_PREFIX",
        _url_prefix,
        "a path such as /lab/",
        "",
        "path under which a proxy publishes the site, such as `/lab/`",
    ),
    Setting(
        "FORWARDED_ALLOW_IPS",
        str,
        "a list of addresses separated by commas, or *",
        "127.0.0.1",
        "addresses of a proxy whose `X-Forwarded-For` names the client; `*` if only a proxy can reach the port",
    ),
    Setting("HTTPS", _switch, "1 or 0", "0", "`1` behind a TLS proxy: cookies for HTTPS only"),
    Setting("LEASE_SECONDS", _SECONDS_READ, _SECONDS, "15", "silence after which a worker counts as lost"),
    Setting(
        "MAX_ATTEMPTS",
        _number(int, 1, 1000),
        "a whole number from 1 to 1000",
        "5",
        "workers lost in a row, without an epoch between, after which a run fails",
    ),
    Setting(
        "STALL_SECONDS",
        _SECONDS_READ,
        _SECONDS,
        "600",
        "time without progress (a batch, part of a data set) after which a run's process is killed, and it is retried",
    ),
    Setting(
        "STOP_GRACE_SECONDS",
        _SECONDS_READ,
        _SECONDS,
        "30",
        "time after which the process of a run that does not stop is killed; its last checkpoint is kept",
    ),
    Setting(
        "MAX_RUN_SECONDS",
        _number(float, 1, 31_536_000),
        "a number of seconds from 1 to 31536000",
        "",
        "time after which a worker stops a run and saves it; a resume gives it as much again",
        shown_default="no limit",
    ),
    Setting("SCHEDULER_SECONDS", _SECONDS_READ, _SECONDS, "3", "interval of the scheduler's checks"),
    Setting(
        "REQUEUE_SECONDS", _SECONDS_READ, _SECONDS, "10", "time after which the scheduler sends a lost message again"
    ),
    Setting(
        "KEEP_CHECKPOINTS_DAYS",
        _DAYS_READ,
        _DAYS,
        "0",
        "days after which the checkpoint of a stopped or failed run is removed; resumed, it starts again; `0`: never",
    ),
    Setting(
        "KEEP_FAILED_SNAPSHOTS_DAYS",
        _DAYS_READ,
        _DAYS,
        "0",
        "days after which the snapshots of a run that failed are removed; `0`: never",
    ),
    Setting(
        "KEEP_TRASH_DAYS",
        _DAYS_READ,
        _DAYS,
        "0",
        "days after which a run or version in the trash is deleted for good; `0`: never",
    ),
    Setting(
        "PRUNE_HOURS",
        _number(float, 0, 8760),
        "a number of hours from 0 to 8760",
        "24",
        "interval at which the scheduler removes what may go; `0`: never",
    ),
    Setting(
        "LOG_LEVEL",
        _log_level,
        "DEBUG, INFO, WARNING, ERROR or CRITICAL",
        "WARNING",
        "the least severe messages logged",
    ),
    Setting(
        "LOG_FORMAT",
        _one_of("text", "json"),
        "'text' or 'json'",
        "text",
        "`json`: one object a line, with `time`, `level`, `process`, `pid`, `logger`, `message`, `run` and `user`",
    ),
    Setting(
        "TIME_ZONE",
        _time_zone,
        "the name of a time zone such as Europe/Vienna",
        "UTC",
        "the time zone of logs, and of pages without JavaScript; with it, times are in the reader's zone",
    ),
    Setting("DEBUG", _switch, "1 or 0", "0", "`1`: Django's debug mode, for development only"),
)
