"""A data folder that commit a21a63b left opens under the present code: every row, every answer, and its paused runs."""

import math
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from tests import postgres
from tests.upgrade import tables
from tests.upgrade.old_folder import POSTGRES_FILE, SQLITE_FILE, OldFolder, record, unpack
from tests.upgrade.tables import PostgreSQL, SQLite, Table

# Of NumPy's names for what a processor has, those without which the recorded arithmetic cannot be repeated.
AVX2 = {"X86_V3", "AVX2"}


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The old folder after `manage.py migrate` of the present code.

    Attributes:
        kind: `sqlite` or `postgres`.
        folder: The folder and its database.
        before: Every table as it was before migrating.
        lost: What `tables.differences` found after migrating.
        files: SHA-256 of every file after migrating.
        places: When each run was submitted, and its place in the queue, after migrating.
    """

    kind: str
    folder: OldFolder
    before: dict[str, Table]
    lost: list[str]
    files: dict[str, str]
    places: tuple[tuple[Any, ...], ...]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """The old folder on SQLite, and the same rows on a PostgreSQL of their own."""
    if request.param == "postgres" and postgres.programs() is None:
        pytest.skip(postgres.NOT_FOUND)
    path = tmp_path_factory.mktemp("upgrade")
    unpack(path)
    with ExitStack() as stack:
        url = ""
        if request.param == "postgres":
            (path / SQLITE_FILE).unlink()
            # Not in the tests' own folder, which its owner alone may enter.
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="digitlab-postgres-"))
            url = stack.enter_context(postgres.server(Path(name)))
            restore(path / POSTGRES_FILE, url)
        folder = OldFolder(path, url)
        database = PostgreSQL(url) if url else SQLite(path / SQLITE_FILE)
        before = tables.read_all(database)
        folder.manage("migrate", "--verbosity=0")
        places = database.rows("training_run", ("created_at", "queued_at"))
        yield Upgraded(request.param, folder, before, tables.differences(before, database), folder.files(), places)


@pytest.fixture(scope="module")
def answers(upgraded: Upgraded) -> dict[str, Any]:
    """What the present code answers about the folder, before a run is resumed."""
    found: dict[str, Any] = upgraded.folder.answers("read", record()["token"], record()["session"])
    return found


@pytest.fixture(scope="module")
def resumed(upgraded: Upgraded, answers: dict[str, Any]) -> dict[str, Any]:
    """What became of the paused runs."""
    found: dict[str, Any] = upgraded.folder.answers("resume", record()["token"], *map(str, record()["paused"]))
    return found


def test_the_folder_is_the_one_that_was_recorded(upgraded: Upgraded) -> None:
    assert {name: table.summary() for name, table in upgraded.before.items()} == record()["tables"][upgraded.kind]


def test_every_row_of_every_table_is_there_with_its_values(upgraded: Upgraded) -> None:
    assert upgraded.lost == []


def test_every_file_of_versions_checkpoints_and_data_sets_is_there_as_it_was(upgraded: Upgraded) -> None:
    assert upgraded.files == record()["files"]


def test_every_run_keeps_its_place_in_the_queue(upgraded: Upgraded) -> None:
    assert upgraded.places
    assert [queued for _, queued in upgraded.places] == [created for created, _ in upgraded.places]


@pytest.mark.parametrize("path", list(record()["answers"]))
def test_the_api_and_pages_answer_as_the_old_code_did(answers: dict[str, Any], path: str) -> None:
    assert list(changes(record()["answers"][path], answers[path])) == []


def test_the_paused_runs_are_resumed_and_completed(resumed: dict[str, Any]) -> None:
    assert without_hashes(resumed) == without_hashes(record()["resumed"])


@pytest.mark.parametrize("run_id", [str(run_id) for run_id in record()["paused"]])
def test_a_resumed_run_ends_with_the_same_model_file_as_under_the_old_code(
    resumed: dict[str, Any], run_id: str
) -> None:
    config = np.show_config(mode="dicts") or {}
    if not AVX2 & set(config["SIMD Extensions"].get("found", [])):
        pytest.skip("the SHA-256 was recorded with the arithmetic of x86-64 with AVX2, which this processor lacks")
    was, now = record()["resumed"][run_id], resumed[run_id]
    assert (now["sha256"], now["file"]) == (was["sha256"], was["sha256"])


# What the comparison itself notices.


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The SQLite file of the folder, as it was."""
    unpack(tmp_path)
    return tmp_path / SQLITE_FILE


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM training_epoch WHERE id = 5", ["training_epoch: 1 of"]),
        ("UPDATE inference_correction SET label = 8 WHERE id = 4", ["inference_correction: 1 of", "inference_correc"]),
        ("INSERT INTO inference_alias VALUES (9, 'more', '2026-01-01', 1, '')", ["inference_alias: 1 rows were not"]),
        ("ALTER TABLE digitlab_apitoken RENAME COLUMN name TO title", ["digitlab_apitoken: no column name"]),
        ("DROP TABLE django_session", ["django_session: no column session_key, session_data, expire_date"]),
        ("DELETE FROM auth_permission WHERE id = 7", ["auth_permission: 1 of"]),
    ],
)
def test_a_lost_changed_or_added_row_is_found(database: Path, statement: str, found: list[str]) -> None:
    before = tables.read_all(SQLite(database))
    assert alter(database, statement)
    differences = tables.differences(before, SQLite(database))
    assert [one[: len(start)] for one, start in zip(differences, found, strict=True)] == found


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE inference_correction ADD COLUMN reviewed INTEGER DEFAULT 0",
        "CREATE TABLE datasets_sample (id INTEGER)",
        "INSERT INTO django_migrations VALUES (900, 'datasets', '0001_initial', '2026-01-01')",
    ],
)
def test_new_columns_tables_and_migrations_are_no_difference(database: Path, statement: str) -> None:
    before = tables.read_all(SQLite(database))
    assert alter(database, statement)
    assert tables.differences(before, SQLite(database)) == []


def test_a_paused_run_without_its_checkpoint_begins_again(tmp_path: Path) -> None:
    unpack(tmp_path)
    folder = OldFolder(tmp_path)
    run_id = str(record()["paused"][0])
    shutil.rmtree(tmp_path / "checkpoints" / run_id)
    folder.manage("migrate", "--verbosity=0")
    found = folder.answers("resume", record()["token"], run_id)
    was, now = record()["resumed"][run_id], found[run_id]
    assert (now["status"], now["epochs"], now["snapshots"]) == ("completed", was["epochs"], was["snapshots"])
    with closing(sqlite3.connect(tmp_path / SQLITE_FILE)) as connection:
        log = connection.execute("SELECT text FROM training_runevent WHERE run_id = ? ORDER BY id", [run_id]).fetchall()
    assert [text for (text,) in log if f"the checkpoint of run {run_id} is missing" in text]


def restore(dump: Path, url: str) -> None:
    """Run a plain dump on an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(dump.read_bytes())


def alter(path: Path, statement: str) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
        connection.commit()
    return True


def changes(was: Any, now: Any, place: str = "") -> Iterator[str]:
    """A sentence for each value that is another one; a key more is no change, nor is rounding."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key, value in was.items():
            if key in now:
                yield from changes(value, now[key], f"{place}.{key}")
            else:
                yield f"{place}.{key} is gone"
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for index, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from changes(one, other, f"{place}[{index}]")
    elif isinstance(was, float) and isinstance(now, float):
        if not math.isclose(was, now, rel_tol=1e-5, abs_tol=1e-7):
            yield f"{place} was {was!r} and is {now!r}"
    elif was != now or type(was) is not type(now):
        yield f"{place} was {was!r:.200} and is {now!r:.200}"


def without_hashes(resumed: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        run_id: {key: value for key, value in run.items() if key not in {"sha256", "file"}}
        for run_id, run in resumed.items()
    }
