"""The real program for tests: `manage.py up` in a folder of its own, and a few words to speak with it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
READY = "Digit Lab is ready at "
TRAIN_IMAGES, TEST_IMAGES = 3000, 500


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def store_small_pen_strokes(datasets: Path) -> None:
    """A small pen-strokes data set where the program looks for the large one: a run then takes seconds."""
    from datasets import catalogue, pen_strokes, stored

    folder = datasets / f"pen-strokes-{catalogue.PEN_STROKES_VERSION}-{catalogue.PEN_STROKES_SEED}"
    if not stored.is_stored(folder):
        stored.store(pen_strokes.generate(seed=1, train=TRAIN_IMAGES, test=TEST_IMAGES), folder)


class Lab:
    """One running Digit Lab: Redis, worker, scheduler and web are real processes.

    Args:
        data_dir: its data folder.
        port: that it listens on; by default a free one.
        prefix: of its command, which replaces itself by the rest: a shell in another namespace.
        environment: settings.
    """

    def __init__(
        self, data_dir: Path, *, port: int | None = None, prefix: Sequence[str] = (), **environment: str
    ) -> None:
        self._command = [*prefix, sys.executable, "manage.py", "up"]
        self.data_dir = data_dir
        self.port = port or free_port()
        self._environment = {
            **os.environ,
            "DIGITLAB_DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        self._prefix = f"/{environment.get('URL_PREFIX', '').strip('/')}".rstrip("/")
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where pages are."""
        return f"http://127.0.0.1:{self.port}{self._prefix}"

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, within_seconds: float = 90.0) -> "Lab":
        """Start it and wait until it says that it is ready."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "up.log").open("w") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                # A shell ignores Ctrl-C for what it starts in the background, and so would the lab.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
            )
        deadline = time.monotonic() + within_seconds
        while READY not in self.output():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the lab did not start:\n{self.output()}\n{self.logs()}")
            time.sleep(0.05)
        return self

    def stop(self, number: int = signal.SIGINT, *, within_seconds: float = 40.0) -> int:
        """Ask it to stop as Ctrl-C does; its exit status."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(within_seconds)

    def output(self) -> str:
        """What it has printed so far."""
        path = self.data_dir / "up.log"
        return path.read_text() if path.exists() else ""

    def logs(self) -> str:
        """The end of every process's log."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(self.data_dir.glob("logs/*.log"))
        )

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """Freeze one process of the lab, as a machine that sleeps; `name` is part of its command line."""
        pids = [pid for pid in self.children() if name in _command_line(pid)]
        assert pids, f"no process of the lab is called {name}"
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def children(self) -> list[int]:
        """The process ids of the supervisor's children."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def command(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run another `manage.py` command on the same data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=check,
            timeout=300,
        )

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """One call of the API under `/api/v1/`: its status and its JSON."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text else None

    def submit(self, **fields: Any) -> int:
        """Submit a run that takes a few seconds; its id."""
        small = {"dataset": "pen-strokes", "hidden_layers": [32], "epochs": 3, "batch_size": 32}
        status, run = self.call("POST", "runs", {**small, **fields})
        assert status == 201, run
        return int(run["id"])

    def wait_for(self, run_id: int, *statuses: str, within_seconds: float = 90.0) -> dict[str, Any]:
        """The run, once it is in one of these states."""
        deadline = time.monotonic() + within_seconds
        while True:
            _, run = self.call("GET", f"runs/{run_id}")
            if run["status"] in statuses:
                return dict(run)
            if time.monotonic() > deadline:
                raise AssertionError(f"run {run_id} is {run['status']}, not {statuses}: {run}\n{self.logs()}")
            time.sleep(0.1)


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
