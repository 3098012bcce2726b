"""A disk that is full for a while, a folder that cannot be written, a database that is away, many writers at once."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from inference.models import ModelVersion
from inference.registry.selectors import get_version
from training.errors import LeaseLostError
from training.models import Run
from training.runs import checkpoints, services
from training.runs.selectors import epochs_after, events_of, get_run
from training.states import Status
from training.worker import leases, retrying
from training.worker.execution import execute

Submit = Callable[..., Run]
NUMBERS = ("train_error", "train_accuracy", "test_error", "test_accuracy", "learning_rate", "seconds")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSE_SECONDS", 0.02)


@pytest.fixture
def small_disk(tmp_path: Path, folders: Path, settings: Any) -> Iterator[Path]:
    """A disk of its own for checkpoints and model files, with room for a few of them."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("a small disk can be mounted by root alone")
    settings.CHECKPOINTS_DIR = disk / "checkpoints"
    options = {"location": str(disk / "models")}
    settings.STORAGES = {
        **settings.STORAGES,
        "models": {"BACKEND": "inference.registry.storage.AtomicFileSystemStorage", "OPTIONS": options},
    }
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """A file that leaves no room for another."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return filler


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def sha256_of(run: Run) -> str:
    version = get_run(run.pk).version
    assert version is not None
    return get_version(version.number).sha256


def come_about(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def in_thread(act: Callable[[], Any]) -> threading.Thread:
    def act_and_close() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=act_and_close)
    thread.start()
    return thread


def test_a_run_waits_for_a_full_disk_says_so_and_ends_as_if_there_had_been_room(
    submit: Submit, small_disk: Path
) -> None:
    undisturbed = submit()
    execute(undisturbed.pk)
    filler = fill(small_disk)
    run = submit()
    training = in_thread(lambda: execute(run.pk))
    come_about(lambda: get_run(run.pk).stage == "waiting: the checkpoint cannot be written: the disk is full")
    filler.unlink()
    training.join(60)
    assert (get_run(run.pk).status, get_run(run.pk).stage) == ("completed", "")
    assert sha256_of(run) == sha256_of(undisturbed)


def test_a_disk_that_stays_full_fails_the_run_which_goes_on_once_there_is_room(
    submit: Submit, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "DISK_SECONDS", 0.1)
    undisturbed = submit(epochs=3)
    execute(undisturbed.pk)
    run = submit(epochs=3)
    filler: list[Path] = []

    def fill_after_the_first(event: Any) -> None:
        if not filler and get_run(run.pk).last_epoch == 1:
            filler.append(fill(small_disk))

    execute(run.pk, observe=fill_after_the_first)
    failed = get_run(run.pk)
    assert failed.failure == "the checkpoint cannot be written: the disk is full; mend that, then resume this run"
    assert (failed.status, failed.last_epoch) == ("failed", 1)
    assert files(checkpoints.folder(run.pk)) == [failed.checkpoint]
    filler[0].unlink()
    services.resume_run(run.pk)
    execute(run.pk)
    assert sha256_of(run) == sha256_of(undisturbed)


def test_a_run_that_waits_for_a_full_disk_can_be_stopped(submit: Submit, small_disk: Path) -> None:
    fill(small_disk)
    run = submit()
    training = in_thread(lambda: execute(run.pk))
    come_about(lambda: get_run(run.pk).stage.startswith("waiting"))
    services.request_stop(run.pk)
    training.join(60)
    assert get_run(run.pk).status == "stopped"
    assert events_of(run.pk)[-1]["text"] == "Stopped; its last steps could not be saved (the disk is full)."


def test_a_model_file_that_finds_no_room_leaves_neither_a_version_nor_half_a_file(
    submit: Submit, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "DISK_SECONDS", 0.1)
    (folders / "models").write_text("a file where the folder should be")
    run = submit()
    execute(run.pk)
    failed = get_run(run.pk)
    assert (failed.status, ModelVersion.objects.count()) == ("failed", 0)
    assert failed.failure.startswith("the model file cannot be written: ")
    (folders / "models").unlink()
    services.resume_run(run.pk)
    execute(run.pk)
    assert get_run(run.pk).status == "completed"


def test_a_folder_that_cannot_be_written_fails_the_run_in_plain_words(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "DISK_SECONDS", 0.1)
    run = submit()
    checkpoints.folder(run.pk).parent.write_text("a file where the folder should be")
    execute(run.pk)
    assert get_run(run.pk).failure == (
        "the checkpoint cannot be written: not a directory; mend that, then resume this run"
    )


# The database.


def away_for(times: int) -> Callable[[], str]:
    """Something that finds the database away a few times."""
    left = iter(range(times))

    def act() -> str:
        if next(left, None) is not None:
            raise OperationalError("the database is away")
        return "done"

    return act


@pytest.mark.usefixtures("transactional_db")
def test_a_database_that_comes_back_is_waited_for() -> None:
    assert retrying.retry_database(away_for(3)) == "done"


@pytest.mark.usefixtures("transactional_db")
def test_a_database_that_stays_away_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "DATABASE_SECONDS", 0.1)
    with pytest.raises(OperationalError):
        retrying.retry_database(away_for(10_000))


@pytest.mark.usefixtures("transactional_db")
def test_half_a_transaction_is_not_tried_again() -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        retrying.retry_database(away_for(1))


def test_an_epoch_whose_commit_was_not_answered_is_written_once(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    for _ in range(2):
        leases.record_epoch(lease, {"epoch": 1, **dict.fromkeys(NUMBERS, 0.5)}, checkpoint="one", curve=[])
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == [1]


def test_many_writers_at_once_never_meet_a_locked_database(submit: Submit) -> None:
    runs = [submit() for _ in range(8)]
    problems: list[BaseException] = []

    def write(run: Run) -> None:
        try:
            lease = leases.claim(run.pk)
            assert lease is not None
            for epoch in range(1, 16):
                leases.heartbeat(lease)
                leases.record_epoch(lease, {"epoch": epoch, **dict.fromkeys(NUMBERS, 0.5)}, checkpoint="", curve=[])
            leases.release(lease, Status.STOPPED, "Stopped.")
        except BaseException as error:
            problems.append(error)

    threads = [in_thread(partial(write, run)) for run in runs]
    for thread in threads:
        thread.join(120)
    assert problems == []
    assert [[epoch["epoch"] for epoch in epochs_after(run.pk)] for run in runs] == [list(range(1, 16))] * 8


def test_a_lease_that_was_lost_while_the_database_was_away_stays_lost(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    Run.objects.filter(pk=run.pk).update(status=Status.QUEUED, lease_token=None)
    with pytest.raises(LeaseLostError):
        retrying.retry_database(lambda: leases.set_stage(lease, "still here"))
