"""Trainings that hang, in real worker processes: they are killed, the slot is free, and the run goes on or ends."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab import Lab, store_small_pen_strokes
from tests.processes import alive, until

pytestmark = pytest.mark.processes
# Imported by every process of the lab when it starts. In those of the worker, so many trainings hang in epoch 3.
HANG_IN_EPOCH_3 = """
import os, sys

if "worker" in sys.orig_argv:
    from celery.signals import worker_process_init

    def hang_in_epoch_3(**_kwargs):
        import ctypes, time
        from pathlib import Path

        from nnlib.epoch_loop import EpochLoop

        finish, marks = EpochLoop._finish_epoch, Path(os.environ["TEST_HANG_MARKS"])

        def finish_or_hang(loop):
            if loop._progress.epoch == 2 and len(list(marks.iterdir())) < int(os.environ["TEST_HANG_TIMES"]):
                (marks / str(os.getpid())).touch()
                if os.environ["TEST_HANG_KIND"] == "with the interpreter":
                    ctypes.PyDLL(None).sleep(3600)
                time.sleep(3600)
            return finish(loop)

        EpochLoop._finish_epoch = finish_or_hang

    worker_process_init.connect(hang_in_epoch_3, weak=False)
"""
CONFIG: dict[str, Any] = {"epochs": 5, "dropout": 0.1, "seed": 5}
StartLab = Callable[..., Lab]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartLab]:
    """Starts a lab of one slot, some of whose trainings hang."""
    (tmp_path / "site").mkdir()
    (tmp_path / "marks").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(HANG_IN_EPOCH_3)
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])

    @contextmanager
    def started(times: int, kind: str, settings: dict[str, str]) -> Iterator[Lab]:
        hang = {"TEST_HANG_MARKS": str(tmp_path / "marks"), "TEST_HANG_TIMES": str(times), "TEST_HANG_KIND": kind}
        quick = {"WORKER_SLOTS": "1", "SCHEDULER_SECONDS": "0.5", "REQUEUE_SECONDS": "1"}
        settings = {"PYTHONPATH": path, **quick, **hang, **settings}
        lab = Lab(tmp_path / "lab", DATABASE_URL=os.environ.get("DATABASE_URL", ""), **settings)  # type: ignore[arg-type]
        store_small_pen_strokes(lab.data_dir / "datasets")
        try:
            yield lab.start()
        finally:
            lab.stop()

    with ExitStack() as stack:

        def enter(times: int = 0, kind: str = "asleep", **settings: str) -> Lab:
            return stack.enter_context(started(times, kind, settings))

        yield enter


def hung(tmp_path: Path) -> list[int]:
    """The processes that hang or hung."""
    return [int(path.name) for path in (tmp_path / "marks").iterdir()]


def log_of(lab: Lab, run_id: int) -> list[str]:
    return [event["text"] for event in lab.call("GET", f"runs/{run_id}")[1]["events"]]


def sha256_of(lab: Lab, run: dict[str, Any]) -> str:
    return str(lab.call("GET", f"versions/{run['version']}")[1]["sha256"])


def assert_as_undisturbed(lab: Lab, run: dict[str, Any]) -> None:
    epochs = [epoch["epoch"] for epoch in lab.call("GET", f"runs/{run['id']}/epochs")[1]]
    assert epochs == [1, 2, 3, 4, 5]
    assert sha256_of(lab, run) == sha256_of(lab, lab.wait_for(lab.submit(**CONFIG), "completed"))


@pytest.mark.parametrize(
    ("kind", "story"), [("asleep", "made no progress for 2 s"), ("with the interpreter", "was lost")]
)
def test_a_training_that_hangs_is_killed_and_its_run_goes_on_from_its_checkpoint(
    start: StartLab, tmp_path: Path, kind: str, story: str
) -> None:
    lab = start(1, kind, STALL_SECONDS="2")
    run = lab.wait_for(lab.submit(**CONFIG), "completed")
    assert run["attempt"] == 2
    assert [text for text in log_of(lab, run["id"]) if f" {story} in epoch 3; the run goes on after epoch 2." in text]
    assert alive(hung(tmp_path)) == []
    # The threads of the process, for the one who looks for the reason.
    assert "in finish_or_hang" in (lab.data_dir / "logs" / "worker.log").read_text()
    assert_as_undisturbed(lab, run)


def test_a_run_that_hangs_again_and_again_fails_with_the_reason_and_the_slot_is_free(
    start: StartLab, tmp_path: Path
) -> None:
    lab = start(99, STALL_SECONDS="2", MAX_ATTEMPTS="2")
    run_id = lab.submit(**CONFIG)
    other = lab.submit(epochs=2)
    failed = lab.wait_for(run_id, "failed")
    assert " made no progress for 2 s in epoch 3, and 1 before it since the last epoch." in failed["failure"]
    assert failed["attempt"] == 2
    assert lab.wait_for(other, "completed")["attempt"] == 1
    assert alive(hung(tmp_path)) == []


def test_a_run_that_hangs_is_stopped_after_a_grace_and_can_be_resumed(start: StartLab, tmp_path: Path) -> None:
    lab = start(1, STOP_GRACE_SECONDS="2")
    run_id = lab.submit(**CONFIG)
    other = lab.submit(epochs=2)
    until(lambda: hung(tmp_path), what="the hang")
    began = time.monotonic()
    assert lab.call("POST", f"runs/{run_id}/stop")[0] == 200
    lab.wait_for(run_id, "stopped", within_seconds=10)
    assert 2 < time.monotonic() - began < 6
    killed = "Stopped; its process did not stop within 2 s and was killed."
    assert log_of(lab, run_id)[-1] == f"{killed} What it learned since its last checkpoint is lost."
    lab.wait_for(other, "completed")
    assert alive(hung(tmp_path)) == []
    assert lab.call("POST", f"runs/{run_id}/resume")[0] == 200
    assert_as_undisturbed(lab, lab.wait_for(run_id, "completed"))


def test_a_run_is_stopped_and_saved_at_its_time_limit_and_can_be_resumed(start: StartLab) -> None:
    lab = start(MAX_RUN_SECONDS="2")
    run_id = lab.submit(epochs=5000, hidden_layers=[256], batch_size=8)
    stopped = lab.wait_for(run_id, "stopped", within_seconds=15)
    assert log_of(lab, run_id)[-1] == (
        "The time limit of 2 s for a run (MAX_RUN_SECONDS) was reached. Stopped; what it learned is saved."
    )
    assert stopped["can_resume"]
    lab.call("POST", f"runs/{run_id}/resume")
    lab.wait_for(run_id, "running")
    assert lab.wait_for(run_id, "stopped", within_seconds=15)["epoch"] >= stopped["epoch"]


def test_a_training_whose_steps_are_short_is_left_alone_however_long_it_takes(start: StartLab) -> None:
    lab = start(STALL_SECONDS="1", STOP_GRACE_SECONDS="1")
    run_id = lab.submit(epochs=5000, hidden_layers=[256], batch_size=8)
    lab.wait_for(run_id, "running")
    time.sleep(5)
    lab.call("POST", f"runs/{run_id}/stop")
    stopped = lab.wait_for(run_id, "stopped", within_seconds=10)
    assert (stopped["attempt"], log_of(lab, run_id)[-1]) == (1, "Stopped; what it learned is saved.")
