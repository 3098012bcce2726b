"""A backup while everything runs: the rows of one moment, and the files that these rows name."""

import os
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from inference.models import ModelVersion
from inference.registry.trash_services import delete_forever
from storage.archive import ArchiveReader
from storage.backup import make_backup
from storage.errors import BackupError
from tests.storage.conftest import Submit
from tests.storage.place import rows_in
from training.models import Run
from training.runs import checkpoints
from training.states import Status
from training.worker import leases
from training.worker.execution import execute

pytestmark = pytest.mark.django_db(transaction=True)


class At:
    """Acts once, when a backup reports its first progress of that kind."""

    def __init__(self, what: str, act: Callable[[], None]) -> None:
        self._what, self._act = what, act
        self.calls = 0

    def __call__(self, what: str, _done: int, _total: int) -> None:
        if what == self._what and not self.calls:
            self.calls = 1
            self._act()


def in_a_thread(act: Callable[[], object]) -> None:
    """As another process would: over a connection of its own; it must not have to wait for the backup."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # told in the test's own thread
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    begun = time.monotonic()
    thread.start()
    thread.join(20)
    assert not errors, errors
    assert time.monotonic() - begun < 5, "the writer waited for the backup"


def files_in(archive: Path) -> dict[str, bytes]:
    with ArchiveReader.open(archive) as opened:
        opened.check()
        return {f"{file.store}/{file.name}": b"".join(opened.chunks(file)) for file in opened.files}


def held_run(submit: Submit) -> tuple[Run, leases.Lease]:
    """A run that a worker holds, with a checkpoint."""
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    renew(lease, 1)
    run.refresh_from_db()
    return run, lease


def renew(lease: leases.Lease, serial: int) -> None:
    """What a worker does after an epoch: the new checkpoint, the row, and then the old one goes."""
    name = checkpoints.save(lease.run_id, token=lease.token, serial=serial, state={"serial": serial})
    superseded = checkpoints.others(lease.run_id, {name})
    leases.write(lease, checkpoint=name)
    checkpoints.remove(superseded)


def test_rows_that_are_written_meanwhile_are_not_in_it_and_their_writer_does_not_wait(
    submit: Submit, tmp_path: Path
) -> None:
    first = submit(seed=1)
    wait = At("rows", lambda: in_a_thread(lambda: write_more(submit, first.pk)))
    make_backup(tmp_path / "a.zip", progress=wait)
    assert wait.calls
    assert Run.objects.count() == 2
    found = rows_in(tmp_path / "a.zip")
    assert [(row["id"], row["name"]) for row in found["training.run"]] == [(first.pk, "")]
    assert len(found["training.runevent"]) == 1


def write_more(submit: Submit, run_id: int) -> None:
    submit(seed=2)
    Run.objects.filter(pk=run_id).update(name="later")


@pytest.mark.parametrize("has_links", [True, False])
def test_a_checkpoint_that_is_replaced_meanwhile_is_the_one_that_its_row_names(
    submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    run, lease = held_run(submit)
    if not has_links:

        def refuse(*_paths: object) -> None:
            raise PermissionError("a folder without links")

        monkeypatch.setattr(os, "link", refuse)
    make_backup(tmp_path / "a.zip", progress=At("rows", lambda: in_a_thread(lambda: renew(lease, 2))))
    assert not (checkpoints.folder(run.pk) / run.checkpoint).exists()
    (row,) = rows_in(tmp_path / "a.zip")["training.run"]
    files = files_in(tmp_path / "a.zip")
    assert row["checkpoint"] == run.checkpoint
    assert list(files) == [f"checkpoints/{run.pk}/{run.checkpoint}"]
    assert checkpoints.damage(run.checkpoint, files[f"checkpoints/{run.pk}/{run.checkpoint}"]) == ""
    assert not list((tmp_path / "checkpoints").glob(".*"))


def test_a_checkpoint_that_is_gone_before_it_is_kept_begins_the_backup_anew(
    submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run, lease = held_run(submit)
    link, calls = os.link, []

    def renewed_first(source: Any, target: Any) -> None:
        calls.append(source)
        if len(calls) == 1:
            in_a_thread(lambda: renew(lease, 2))
        link(source, target)

    monkeypatch.setattr(os, "link", renewed_first)
    make_backup(tmp_path / "a.zip")
    assert len(calls) == 2
    (row,) = rows_in(tmp_path / "a.zip")["training.run"]
    assert row["checkpoint"].split("-")[1] == "2"
    assert [name.rpartition("/")[2] for name in files_in(tmp_path / "a.zip")] == [row["checkpoint"]]


def completed(submit: Submit, **fields: Any) -> ModelVersion:
    run = submit(**fields)
    assert execute(run.pk)
    run.refresh_from_db()
    assert run.version is not None
    return run.version


def test_a_version_that_is_deleted_meanwhile_begins_the_backup_anew(submit: Submit, tmp_path: Path) -> None:
    completed(submit, seed=1)
    second = completed(submit, seed=2)
    delete = At("files", lambda: in_a_thread(lambda: delete_forever(second.number)))
    backup = make_backup(tmp_path / "a.zip", progress=delete)
    found = rows_in(tmp_path / "a.zip")
    assert [row["number"] for row in found["inference.modelversion"]] == [1]
    assert sorted(files_in(tmp_path / "a.zip")) == sorted(
        f"models/{row[key]}"
        for label, key in (("inference.modelversion", "artifact"), ("inference.snapshotfile", "name"))
        for row in found[label]
    )
    assert backup.manifest.problems == []
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["a.zip"]


def test_files_that_go_again_and_again_are_refused_and_leave_nothing(
    submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run, lease = held_run(submit)
    calls: list[Any] = []

    def always_renewed_first(source: Any, target: Any) -> None:
        calls.append(source)
        in_a_thread(lambda: renew(lease, 1 + len(calls)))
        raise FileNotFoundError(source)

    monkeypatch.setattr(os, "link", always_renewed_first)
    with pytest.raises(BackupError, match="was removed while the backup ran, 5 times in a row"):
        make_backup(tmp_path / "out" / "a.zip")
    assert list((tmp_path / "out").iterdir()) == []
    assert not list((tmp_path / "checkpoints").glob(".*"))


def test_what_is_missing_or_damaged_already_is_said_and_the_rest_is_there(submit: Submit, tmp_path: Path) -> None:
    first, second = completed(submit, seed=1), completed(submit, seed=2)
    (tmp_path / "models" / first.artifact).unlink()
    damaged = bytearray((tmp_path / "models" / second.artifact).read_bytes())
    damaged[500] ^= 1
    (tmp_path / "models" / second.artifact).write_bytes(damaged)
    problems = make_backup(tmp_path / "a.zip").manifest.problems
    assert len(problems) == 2
    assert problems[0] == (
        f"version 1: model file {first.artifact} is missing in the store, so it is not in the backup either"
    )
    assert problems[1].startswith(
        f"version 2: model file {second.artifact} is damaged: expected SHA-256 {second.sha256}"
    )
    files = files_in(tmp_path / "a.zip")
    assert files[f"models/{second.artifact}"] == bytes(damaged)
    assert f"models/{first.artifact}" not in files


def test_the_data_that_a_run_took_goes_along(submit: Submit, tmp_path: Path) -> None:
    run, _lease = held_run(submit)
    checkpoints.kept_data(run.pk).write_bytes(b"corrections")
    make_backup(tmp_path / "a.zip")
    assert files_in(tmp_path / "a.zip")[f"checkpoints/{run.pk}/data.npz"] == b"corrections"


def test_a_disk_that_is_full_leaves_nothing(submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held_run(submit)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        make_backup(tmp_path / "out" / "a.zip")
    assert list((tmp_path / "out").iterdir()) == []


def test_memory_stays_small_however_large_the_store(submit: Submit, tmp_path: Path) -> None:
    version = completed(submit)
    large = 64 * 1024 * 1024
    os.truncate(tmp_path / "models" / version.artifact, large)
    tracemalloc.start()
    make_backup(tmp_path / "a.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "a.zip").stat().st_size > large
    assert peak < 16 * 1024 * 1024


def test_runs_in_training_are_held_in_the_archive_as_they_were(submit: Submit, tmp_path: Path) -> None:
    _run, lease = held_run(submit)
    make_backup(tmp_path / "a.zip")
    (row,) = rows_in(tmp_path / "a.zip")["training.run"]
    assert (row["status"], row["lease_token"]) == (Status.RUNNING, str(lease.token))
