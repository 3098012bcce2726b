"""How long a run waits, with the settings that everybody has: for another worker, and for a stop."""

import signal
import time
from collections.abc import Callable
from typing import Any

from tests.lab import Lab
from tests.processes import child, signal_all, until

# An epoch of it takes many seconds.
LONG: dict[str, Any] = {"dataset": "pen-strokes", "hidden_layers": [1024, 1024], "batch_size": 1, "epochs": 20}
QUICK_EPOCHS: dict[str, Any] = {"dataset": "pen-strokes", "hidden_layers": [256], "batch_size": 8, "epochs": 5000}


def report(lab: Lab) -> list[str]:
    """Measured sentences about a lab that was started with its usual settings."""
    worker = _seconds_to_go_on(lab, lambda _run: signal_all([child(lab, "worker")], signal.SIGKILL))
    process = _seconds_to_go_on(lab, lambda run: signal_all([int(run["worker"].rpartition(":")[2])], signal.SIGKILL))
    return [
        f"the whole worker is killed: another one trains the run after {worker:.1f} s",
        f"the training process is killed: another one trains the run after {process:.1f} s",
        *_stop_in_a_long_epoch(lab),
    ]


def _seconds_to_go_on(lab: Lab, kill: Callable[[dict[str, Any]], None]) -> float:
    run_id = lab.submit(**QUICK_EPOCHS)
    before = until(lambda: run if (run := _run(lab, run_id))["epoch"] >= 3 else None)
    kill(before)
    began = time.monotonic()
    until(lambda: _run(lab, run_id)["attempt"] > before["attempt"], within_seconds=120)
    seconds = time.monotonic() - began
    lab.call("POST", f"runs/{run_id}/stop")
    lab.wait_for(run_id, "stopped")
    return seconds


def _stop_in_a_long_epoch(lab: Lab) -> list[str]:
    run_id = lab.submit(**LONG)
    until(lambda: (run := _run(lab, run_id))["status"] == "running" and run["stage"] == "")
    time.sleep(2.0)
    began = time.monotonic()
    lab.call("POST", f"runs/{run_id}/stop")
    run = lab.wait_for(run_id, "stopped")
    seconds = time.monotonic() - began
    has_checkpoint = any((lab.data_dir / "checkpoints" / str(run_id)).glob("*.checkpoint"))
    lab.call("POST", f"runs/{run_id}/resume")
    resumed = until(lambda: event if "resuming" in (event := _run(lab, run_id)["events"][-1]["text"]) else None)
    lab.call("POST", f"runs/{run_id}/stop")
    lab.wait_for(run_id, "stopped")
    return [
        f"stop, {run['epoch']} epochs done, in the middle of one: stopped after {seconds:.2f} s, "
        f"{'with' if has_checkpoint else 'WITHOUT'} a checkpoint; resumed: {resumed}"
    ]


def _run(lab: Lab, run_id: int) -> dict[str, Any]:
    return dict(lab.call("GET", f"runs/{run_id}")[1])
