"""Connections with timeouts: what meets a lock that is never released is answered, in plain words, within 10 s."""

import contextlib
import http.cookiejar
import os
import signal
import sqlite3
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.test import Client

from digitlab import environment
from digitlab.database_timeouts import IDLE_IN_TRANSACTION_SECONDS, pool, with_timeouts
from tests import postgres
from tests.lab import Lab, store_small_pen_strokes
from tests.processes import alive, until
from weblib.outages import DATABASE_UNAVAILABLE, outage_of

REFUSAL = {"detail": DATABASE_UNAVAILABLE.message, "code": DATABASE_UNAVAILABLE.code}
LONGEST_SECONDS = 10.0
# In the worker's processes: the first one that has written epoch 3, but not committed it, is frozen.
FREEZE_IN_EPOCH = """
import os, signal, sys

if "worker" in sys.orig_argv:
    from celery.signals import worker_process_init

    def freeze_once(**_kwargs):
        from training.worker import leases

        write, mark = leases.write, os.environ["TEST_FREEZE_MARK"]

        def write_and_freeze(lease, **fields):
            write(lease, **fields)
            if fields.get("last_epoch") == 3 and not os.path.exists(mark):
                open(mark, "w").write(str(os.getpid()))
                os.kill(os.getpid(), signal.SIGSTOP)

        leases.write = write_and_freeze

    worker_process_init.connect(freeze_once, weak=False)
"""


@contextlib.contextmanager
def lab_on_postgres(folder: Path, **settings: Any) -> Iterator[tuple[Lab, str]]:
    """A lab on a PostgreSQL of its own, and the address of that."""
    if postgres.programs() is None:
        pytest.skip(postgres.NOT_FOUND)
    # Not in the tests' own folder, which its owner alone may enter.
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as name, postgres.server(Path(name)) as url:
        lab = Lab(folder / "lab", DATABASE_URL=url, **settings)
        store_small_pen_strokes(lab.data_dir / "datasets")
        lab.start()
        try:
            yield lab, url
        finally:
            lab.stop()


# What the settings say.


def test_a_postgresql_connection_has_every_timeout_and_the_address_has_precedence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/name?connect_timeout=9&options=-c%20lock_timeout%3D1s")
    options = with_timeouts(environment.values()["DATABASE_URL"])["OPTIONS"]
    assert (options["connect_timeout"], options["tcp_user_timeout"], options["keepalives"]) == (9, 10_000, 1)
    assert options["options"].startswith("-c lock_timeout=4000 -c idle_in_transaction_session_timeout=10000 ")
    assert options["options"].endswith(" -c lock_timeout=1s")


def test_a_web_process_answers_within_five_seconds_that_its_database_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/name")
    options = with_timeouts(environment.values()["DATABASE_URL"], is_web=True)["OPTIONS"]
    wait_for_the_pool, silence = pool(20)["timeout"], options["tcp_user_timeout"] / 1000
    assert wait_for_the_pool + silence <= 4.5
    assert options["connect_timeout"] < wait_for_the_pool
    assert options["keepalives_idle"] + options["keepalives_interval"] < wait_for_the_pool + silence


def test_a_sqlite_connection_waits_for_less_than_ten_seconds_and_the_address_has_precedence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////folder/file")
    assert with_timeouts(environment.values()["DATABASE_URL"])["OPTIONS"]["timeout"] < LONGEST_SECONDS
    monkeypatch.setenv("DATABASE_URL", "sqlite:////folder/file?timeout=60")
    options = with_timeouts(environment.values()["DATABASE_URL"])["OPTIONS"]
    assert (options["timeout"], options["transaction_mode"]) == (60, "IMMEDIATE")


@pytest.mark.django_db
def test_the_server_has_taken_the_timeouts() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL")
    with connection.cursor() as cursor:
        for name, value in (
            ("lock_timeout", "4s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("tcp_keepalives_idle", "5"),
            ("tcp_user_timeout", "10000"),
        ):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)


# Which errors these are.


def ended_by(error: Exception) -> InternalError:
    """Django's error, with the driver's as its cause."""
    found = InternalError(str(error))
    found.__cause__ = error
    return found


@pytest.mark.parametrize(
    ("error", "is_unavailable"),
    [
        (OperationalError("database is locked"), True),
        (InterfaceError("connection already closed"), True),
        (ended_by(psycopg.errors.IdleInTransactionSessionTimeout("terminating connection")), True),
        (ended_by(psycopg.errors.InFailedSqlTransaction("commands are ignored")), False),
        (InternalError("malformed"), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_only_errors_that_a_retry_may_mend_are_of_an_unavailable_database(
    error: Exception | None, is_unavailable: bool
) -> None:
    assert (outage_of(error) is DATABASE_UNAVAILABLE) is is_unavailable


@pytest.mark.parametrize(("path", "content"), [("/runs/", "text/html"), ("/api/v1/runs", "application/json")])
@pytest.mark.parametrize(("error", "status"), [(OperationalError("locked"), 503), (ValueError("a mistake"), 500)])
@pytest.mark.django_db
def test_a_page_and_a_call_answer_503_only_if_the_database_is_unavailable(  # noqa: PLR0917 -- parameters
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, content: str, error: Exception, status: int
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("training.models.Run.objects.get_queryset", fail)
    client.raise_request_exception = False
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (status, content)
    assert (DATABASE_UNAVAILABLE.message[1:] in answer.content.decode()) is (status == 503)


# A lock that is never released, against the real program.


@contextlib.contextmanager
def sqlite_scene(folder: Path) -> Iterator[tuple[Lab, Callable[[int], AbstractContextManager[Any]]]]:
    lab = Lab(folder / "lab", DATABASE_URL="")
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()

    @contextlib.contextmanager
    def locked(_run_id: int) -> Iterator[None]:
        with contextlib.closing(sqlite3.connect(lab.data_dir / "digitlab.sqlite3", isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            yield

    try:
        yield lab, locked
    finally:
        lab.stop()


@contextlib.contextmanager
def postgres_scene(folder: Path) -> Iterator[tuple[Lab, Callable[[int], AbstractContextManager[Any]]]]:
    with lab_on_postgres(folder) as (lab, url):

        @contextlib.contextmanager
        def locked(run_id: int) -> Iterator[None]:
            """Until the server ends the session, as that of a machine that has vanished."""
            options = with_timeouts(environment.values()["DATABASE_URL"] | {"OPTIONS": {}})["OPTIONS"]
            holder = psycopg.connect(url.replace("postgres://", "postgresql://"), **options)
            began = time.monotonic()
            holder.execute("SELECT 1 FROM training_run WHERE id = %s FOR UPDATE", [run_id])
            yield
            with psycopg.connect(url, autocommit=True) as server:
                pid = holder.info.backend_pid
                is_gone = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = %s)"
                until(lambda: server.execute(is_gone, [pid]).fetchone() == (True,), within_seconds=15)
            assert IDLE_IN_TRANSACTION_SECONDS - 1 < time.monotonic() - began < IDLE_IN_TRANSACTION_SECONDS + 5
            holder.close()

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            yield lab, locked


class Browser:
    """A client that posts the forms of pages."""

    def __init__(self, lab: Lab) -> None:
        self._url, self._jar = lab.url, http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.open("/runs/new/")

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of a page."""
        token = next((cookie.value for cookie in self._jar if cookie.name == "csrftoken"), "")
        data = None if form is None else urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}).encode()
        try:
            with self._opener.open(f"{self._url}{path}", data, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.mark.processes
@pytest.mark.parametrize("scene", [sqlite_scene, postgres_scene])
def test_stop_tags_and_delete_answer_503_while_a_row_is_locked_and_work_afterwards(
    tmp_path: Path, scene: Callable[[Path], AbstractContextManager[Any]]
) -> None:
    with scene(tmp_path) as (lab, locked):
        run_id = lab.submit(epochs=1)
        lab.wait_for(run_id, "completed")
        browser = Browser(lab)
        page = f"/runs/{run_id}"
        acts: dict[str, Callable[[], tuple[int, Any]]] = {
            "stop": lambda: lab.call("POST", f"runs/{run_id}/stop"),
            "page": lambda: browser.open(f"{page}/stop/", {}),
            "tags": lambda: browser.open(f"{page}/tags/", {"tags": "kept"}),
            "delete": lambda: lab.call("DELETE", f"runs/{run_id}"),
        }
        answers: dict[str, tuple[int, Any]] = {}
        seconds: dict[str, float] = {}

        def act(name: str) -> None:
            began = time.monotonic()
            answers[name] = acts[name]()
            seconds[name] = time.monotonic() - began

        with locked(run_id):
            threads = [threading.Thread(target=act, args=(name,)) for name in acts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        assert {name: status for name, (status, _) in answers.items()} == dict.fromkeys(acts, 503)
        assert max(seconds.values()) < LONGEST_SECONDS, seconds
        assert answers["stop"][1] == answers["delete"][1] == REFUSAL
        assert DATABASE_UNAVAILABLE.message[1:] in answers["page"][1]
        assert acts["tags"]()[0] == 200
        assert acts["stop"]()[0] == 409
        assert acts["delete"]()[0] == 204


@pytest.mark.processes
def test_a_worker_that_was_cut_off_inside_an_epochs_transaction_is_replaced_and_its_write_is_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(FREEZE_IN_EPOCH)
    mark = tmp_path / "frozen"
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    quick = {"LEASE_SECONDS": "2", "SCHEDULER_SECONDS": "0.5", "WORKER_SLOTS": "2", "LOG_LEVEL": "WARNING"}
    with lab_on_postgres(tmp_path, PYTHONPATH=path, TEST_FREEZE_MARK=str(mark), **quick) as (lab, _url):
        run_id = lab.submit(epochs=6, dropout=0.1)
        until(mark.exists, what="the freeze")
        frozen = int(until(mark.read_text))
        assert lab.call("POST", f"runs/{run_id}/stop") == (503, REFUSAL)
        done = lab.wait_for(run_id, "completed", within_seconds=40)
        os.kill(frozen, signal.SIGCONT)
        undisturbed = lab.wait_for(lab.submit(epochs=6, dropout=0.1), "completed")
        until(lambda: "no longer held by this worker" in lab.logs(), what="the refusal")
        assert alive([frozen]) == [frozen]
        assert "Traceback" not in (lab.data_dir / "logs" / "worker.log").read_text()
        epochs = [epoch["epoch"] for epoch in lab.call("GET", f"runs/{run_id}/epochs")[1]]
        assert epochs == [1, 2, 3, 4, 5, 6]
        hashes = [lab.call("GET", f"versions/{run['version']}")[1]["sha256"] for run in (done, undisturbed)]
        assert hashes[0] == hashes[1]
