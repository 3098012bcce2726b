"""`verify` finds a flipped bit, a missing file and a file without a row, and is content with a lab that works."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inference.models import ModelVersion, SnapshotFile
from storage.verification import problems
from tests.storage.conftest import Submit
from tests.storage.place import Place
from training.models import Run
from training.runs import checkpoints
from training.worker import leases
from training.worker.execution import execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version(submit: Submit) -> ModelVersion:
    """A version of a run, with its files."""
    run = submit()
    assert execute(run.pk)
    run.refresh_from_db()
    assert run.version is not None
    return run.version


@pytest.fixture
def stopped(submit: Submit) -> Run:
    """A run that goes on from its checkpoint."""
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    name = checkpoints.save(run.pk, token=lease.token, serial=1, state={"generator": 12345})
    leases.release(lease, "stopped", "Stopped.", checkpoint=name)  # type: ignore[arg-type]
    run.refresh_from_db()
    return run


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 16
    path.write_bytes(data)


def age(path: Path) -> None:
    """It was written two days ago."""
    long_ago = time.time() - 2 * 86_400
    os.utime(path, (long_ago, long_ago))


def test_nothing_is_wrong_with_files_that_are_what_their_rows_say(version: ModelVersion, stopped: Run) -> None:
    assert list(problems()) == []


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_bit_of_a_model_file_is_found(version: ModelVersion, tmp_path: Path, place: int) -> None:
    flip(tmp_path / "models" / version.artifact, place)
    (problem,) = problems()
    assert problem.startswith(f"version 1: model file {version.artifact} is damaged: expected SHA-256 {version.sha256}")


def test_a_flipped_bit_of_a_file_of_snapshots_is_found(version: ModelVersion, tmp_path: Path) -> None:
    name = SnapshotFile.objects.get().name
    flip(tmp_path / "models" / name, 300)
    (problem,) = problems()
    assert problem.startswith(f"snapshots of version 1: model file {name} is damaged: expected SHA-256")


@pytest.mark.parametrize("place", [0, 10, -1])
def test_a_flipped_bit_of_a_checkpoint_is_found(stopped: Run, place: int) -> None:
    flip(checkpoints.folder(stopped.pk) / stopped.checkpoint, place)
    (problem,) = problems()
    assert problem.startswith(f"run {stopped.pk}: checkpoint {stopped.pk}/{stopped.checkpoint} is damaged: ")


def test_a_damaged_file_of_the_data_that_a_run_took_is_found(stopped: Run) -> None:
    path = checkpoints.kept_data(stopped.pk)
    np.savez(path, x=np.arange(1000))
    assert list(problems()) == []
    flip(path, 700)
    (problem,) = problems()
    assert problem.startswith(f"run {stopped.pk}: checkpoint {stopped.pk}/data.npz is damaged: ")


def test_a_file_that_is_cut_short_or_missing_is_found(version: ModelVersion, stopped: Run, tmp_path: Path) -> None:
    path = tmp_path / "models" / version.artifact
    os.truncate(path, 10)
    assert [one.partition(" is ")[2] for one in problems()] == [
        f"damaged: expected {version.size_bytes:,} bytes, got 10"
    ]
    path.unlink()
    (checkpoints.folder(stopped.pk) / stopped.checkpoint).unlink()
    assert list(problems()) == [
        f"run {stopped.pk}: checkpoint {stopped.pk}/{stopped.checkpoint} is missing",
        f"version 1: model file {version.artifact} is missing",
    ]


def test_a_file_without_a_row_is_found_once_it_is_older_than_a_day(version: ModelVersion, tmp_path: Path) -> None:
    path = tmp_path / "models" / "forgotten.pickle"
    path.write_bytes(b"x")
    assert list(problems()) == []
    age(path)
    (problem,) = problems()
    assert problem == "no row: model file forgotten.pickle belongs to nothing; manage.py prune removes it"


def test_a_checkpoint_that_is_replaced_while_it_is_verified_is_no_problem(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    leases.write(lease, checkpoint=checkpoints.save(run.pk, token=lease.token, serial=1, state={}))

    def renew(_what: str, done: int, _total: int) -> None:
        if done == 0:
            name = checkpoints.save(run.pk, token=lease.token, serial=2, state={})
            superseded = checkpoints.others(run.pk, {name})
            leases.write(lease, checkpoint=name)
            checkpoints.remove(superseded)

    assert list(problems(renew)) == []


def test_the_command_lists_what_is_wrong_and_fails(version: ModelVersion, tmp_path: Path, capsys: Any) -> None:
    call_command("verify")
    assert capsys.readouterr().out == "All is well: every file is what its row says.\n"
    (tmp_path / "models" / version.artifact).unlink()
    with pytest.raises(CommandError, match=r"^1 problem found$"):
        call_command("verify")
    assert capsys.readouterr().out == f"version 1: model file {version.artifact} is missing\n"


@pytest.mark.slow
def test_an_archive_is_verified_by_itself(archive: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "data")
    assert place.manage("verify", str(archive)).startswith("All is well")
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(archive.read_bytes())
    flip(damaged, archive.read_bytes().index(b"files/models/") + 500)
    answer = place.run("manage.py", "verify", str(damaged))
    assert answer.returncode == 1
    assert answer.stdout.startswith("the archive is damaged: files/models/")


@pytest.mark.slow
def test_a_flipped_bit_of_the_database_is_found(full_place: Place, tmp_path: Path) -> None:
    place = full_place.copy(tmp_path / "data")
    path = place.path / "digitlab.sqlite3"
    data = bytearray(path.read_bytes())
    start = data.index(b"sqlite_autoindex_")  # somewhere a page lies whose structure a zeroed stretch breaks
    data[start + 40_000 : start + 44_000] = bytes(4000)
    path.write_bytes(data)
    answer = place.run("manage.py", "verify")
    assert answer.returncode == 1
    assert "damaged" in answer.stdout + answer.stderr or "malformed" in answer.stderr
