"""One run in a lab where something is about to happen, and the words in which faults are told."""

import contextlib
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from celery import Celery

from digitlab.processes import redis_address
from tests.faults.moments import Moments
from tests.faults.watcher import Watcher
from tests.lab import Lab
from tests.processes import alive, child, family, signal_all, state, until

# A worker that was killed is missed after this long, so that a story does not wait for the usual fifteen seconds.
QUICK: dict[str, Any] = {"LEASE_SECONDS": "2", "SCHEDULER_SECONDS": "0.5", "REQUEUE_SECONDS": "2", "WORKER_SLOTS": "2"}
# Every generator counts: the order of samples, dropout, distortion.
CONFIG: dict[str, Any] = {
    "dataset": "pen-strokes",
    "hidden_layers": [192],
    "batch_size": 16,
    "epochs": 12,
    "dropout": 0.1,
    "seed": 11,
}
# The supervisor gives up a process that dies five times within a minute.
DEATHS_A_MINUTE = 4


class Scene:
    """A lab, a run in it, a page that watches the run, and a generator that decides when things happen."""

    def __init__(
        self, lab: Lab, seed: int, deaths: dict[str, list[float]], postgres_folder: Path | None = None
    ) -> None:
        self.lab, self.random, self.postgres_folder = lab, random.Random(seed), postgres_folder
        self.name = f"story {seed} {time.monotonic_ns()}"
        self._deaths = deaths
        self.faults = 0
        self.run_id = 0

    # The run.

    def submit(self) -> None:
        """Submit the run and watch it."""
        self.run_id = self.lab.submit(**CONFIG, name=self.name)
        self.watcher = Watcher(self.lab.url, self.run_id)
        self.watcher.start()

    def begin(self) -> None:
        """Submit the run and wait for a moment within its epochs that the seed chooses."""
        self.submit()
        self.wait_for_epoch(self.random.randint(0, CONFIG["epochs"] - 4))
        time.sleep(self.random.uniform(0.0, 0.15))

    def wait_for_epoch(self, number: int) -> None:
        """Wait until the run trains and has this many epochs."""
        until(lambda: self.run()["epoch"] >= number and self.run()["status"] != "queued", what=f"epoch {number}")

    def run(self) -> dict[str, Any]:
        """The run as the API tells it; where web does not answer, once it does again."""
        return dict(until(lambda: self._asked("GET", f"runs/{self.run_id}"), what="an answer from web")[1])

    def post(self, action: str) -> int:
        """Press a button of the run's page; the status of the answer."""
        return int(self.lab.call("POST", f"runs/{self.run_id}/{action}")[0])

    def post_at_once(self, action: str, times: int = 2) -> list[int]:
        """Press a button several times at the same moment."""
        ready, answers = threading.Barrier(times), []

        def press() -> None:
            ready.wait(10)
            answers.append(self.post(action))

        threads = [threading.Thread(target=press) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return answers

    def deliver(self, times: int) -> None:
        """Put the run's task before the workers once more, as a broker does that forgets what it has delivered."""
        self.faults += 1
        broker = redis_address.celery_url(self.redis_url)
        # Not as the current one: what this process enqueues in later tests is not for this lab.
        with Celery(broker=broker, set_as_current=False) as app, app.connection_for_write() as connection:
            for _ in range(times):
                app.send_task("training.tasks.train", args=[self.run_id], connection=connection)

    @property
    def redis_url(self) -> str:
        """The lab's own Redis."""
        return redis_address.embedded_url(self.lab.data_dir)

    # Its processes.

    def holder(self) -> int:
        """The process that trains the run; 0 when none does."""
        run = self.run()
        return int(run["worker"].rpartition(":")[2]) if run["status"] in {"running", "stopping"} else 0

    def kill(self, *names: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill processes of the lab at once, by name; the supervisor starts them again."""
        for name in names:
            self._wait_for_patience(name)
        pids = {name: until(partial(child, self.lab, name), what=name) for name in names}
        self.faults += len(names)
        signal_all(list(pids.values()), number)
        for name, pid in pids.items():
            until(partial(_has_ended, pid), what=f"the end of {name}")

    def kill_holder(self) -> None:
        """Kill the process that trains the run, and nothing else."""
        self.kill_pid(self.holder())

    def kill_pid(self, pid: int) -> None:
        """Kill one process."""
        if pid:
            self.faults += 1
            signal_all([pid], signal.SIGKILL)

    def forget_redis(self) -> None:
        """Kill Redis and take its data away before it is started again."""
        self.kill("redis")
        for path in (self.lab.data_dir / "redis").glob("appendonly*"):
            # One file up to Redis 6.2, a folder from 7 on.
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def is_well(self) -> bool:
        """Whether every part of the lab says that it lives."""
        import urllib.request

        try:
            with urllib.request.urlopen(f"{self.lab.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def asleep(self, pids: list[int]) -> "contextlib.AbstractContextManager[None]":
        """Freeze processes, as a laptop that is closed does."""
        self.faults += 1
        return _frozen(pids)

    def worker_family(self) -> list[int]:
        """The worker and its pool."""
        return family(until(lambda: child(self.lab, "worker"), what="worker"))

    # Files.

    @property
    def checkpoints(self) -> Path:
        """Where the run's checkpoints lie."""
        return self.lab.data_dir / "checkpoints" / str(self.run_id)

    @property
    def models(self) -> Path:
        """Where model files lie."""
        return self.lab.data_dir / "models"

    def freeze_when_a_file_appears(self, folder: Path, kinds: int, *, is_wanted: Callable[[str], bool]) -> int:
        """Stop the process that trains as soon as a wanted file appears; that process, or 0 if the run was sooner."""
        holder = self.holder()
        with Moments(folder, kinds) as moments:
            deadline = time.monotonic() + 20
            while holder and time.monotonic() < deadline:
                name = moments.next(within_seconds=1.0)
                if name and is_wanted(name):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(holder, signal.SIGSTOP)
                        until(lambda: state(holder) in {"T", "", "Z"}, within_seconds=5)
                        return holder
                if not name and not self.holder():
                    return 0
        return 0

    def _asked(self, method: str, path: str) -> Any:
        try:
            answer = self.lab.call(method, path)
        except OSError:
            return None
        return answer if answer[0] < 500 else None

    def _wait_for_patience(self, name: str) -> None:
        deaths = self._deaths.setdefault(name, [])
        while True:
            recent = [death for death in deaths if time.monotonic() - death < 62]
            if len(recent) < DEATHS_A_MINUTE:
                break
            time.sleep(0.5)
        deaths[:] = [*recent, time.monotonic()]


@contextlib.contextmanager
def _frozen(pids: list[int]) -> Any:
    signal_all(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(pids, signal.SIGCONT)


def _has_ended(pid: int) -> bool:
    return pid not in alive([pid])
