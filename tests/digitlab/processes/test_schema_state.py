"""A program of another release than the database neither serves nor trains on it, and says why."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from digitlab.processes.schema_state import schema_problem
from tests.lab import ROOT


@pytest.mark.django_db
def test_the_database_of_this_release_is_served(client: Client) -> None:
    assert schema_problem() == ""
    assert client.get("/readyz").json() == {"status": "ok", "database": True, "schema": True}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
def test_a_newer_database_is_not_served(client: Client, path: str) -> None:
    MigrationRecorder(connection).record_applied("training", "9999_of_a_later_release")
    assert "is of a newer release (it has training.9999_of_a_later_release)" in schema_problem()
    answer = client.get(path)
    assert (answer.status_code, answer.json()["schema"], answer.json()["database"]) == (503, False, True)


@pytest.mark.django_db
def test_an_older_database_is_not_served(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("training", "0001_initial")
    assert schema_problem() == "the database lacks training.0001_initial: python manage.py migrate"
    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_tables_of_another_application_do_not_matter() -> None:
    MigrationRecorder(connection).record_applied("somebodys_own", "0001_initial")
    assert schema_problem() == ""


@pytest.mark.slow
@pytest.mark.parametrize("command", [["worker", "--without-gossip"], ["beat", "--pidfile="]])
def test_workers_and_schedulers_refuse_a_newer_database(tmp_path: Path, command: list[str]) -> None:
    environment = {**os.environ, "DIGITLAB_DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0"}
    environment["DATABASE_URL"] = ""
    migrate = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    with sqlite3.connect(tmp_path / "digitlab.sqlite3") as database:
        columns = "(app, name, applied) VALUES ('training', '9999_later', '2030-01-01')"
        database.execute(f"INSERT INTO django_migrations {columns}")
    database.close()
    answer = subprocess.run(
        [sys.executable, "-m", "celery", "--quiet", "-A", "digitlab", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 1
    assert "Error: the database is of a newer release (it has training.9999_later)" in answer.stderr
