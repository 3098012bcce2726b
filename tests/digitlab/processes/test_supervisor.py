"""`manage.py up`: every process may die, in any way, and no run, no data and no orphan is left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab import ROOT, Lab, free_port, store_small_pen_strokes
from tests.processes import alive, child, family, until

pytestmark = pytest.mark.processes

# A worker that was killed is missed after this long, so that tests do not wait for the usual fifteen seconds.
QUICK: dict[str, Any] = {"LEASE_SECONDS": "3", "SCHEDULER_SECONDS": "1", "REQUEUE_SECONDS": "3"}
LONG_RUN: dict[str, Any] = {"epochs": 20, "hidden_layers": [256, 128], "batch_size": 16, "seed": 11}


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab that a test may break."""
    lab = Lab(tmp_path / "data", **QUICK)
    store_small_pen_strokes(lab.data_dir / "datasets")
    yield lab.start()
    lab.stop()


def is_well(lab: Lab) -> bool:
    try:
        with urllib.request.urlopen(f"{lab.url}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def in_the_middle(lab: Lab, **fields: Any) -> int:
    """A run that has written an epoch and is not done."""
    run_id = lab.submit(**{**LONG_RUN, **fields})
    until(lambda: lab.call("GET", f"runs/{run_id}")[1]["epoch"] >= 1)
    return run_id


def sha256_of(lab: Lab, run_id: int) -> str:
    version = lab.call("GET", f"runs/{run_id}")[1]["version"]
    return str(lab.call("GET", f"versions/{version}")[1]["sha256"])


def epochs_of(lab: Lab, run_id: int) -> list[int]:
    return [epoch["epoch"] for epoch in lab.call("GET", f"runs/{run_id}/epochs")[1]]


@pytest.fixture(scope="module")
def undisturbed(lab: Lab) -> str:
    """The SHA-256 that the long run ends with when nothing happens to it."""
    run_id = lab.submit(**LONG_RUN)
    lab.wait_for(run_id, "completed", within_seconds=180)
    return sha256_of(lab, run_id)


def test_a_supervisor_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "data", **QUICK)
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    in_the_middle(lab)
    processes = family(lab.pid)
    assert len(processes) >= 6  # redis, worker and its pool, scheduler, web
    lab.stop(signal.SIGKILL)
    until(lambda: not alive(processes), within_seconds=25)


def test_a_run_interrupted_by_ctrl_c_goes_on_at_the_next_start_to_the_same_network(
    tmp_path: Path, undisturbed: str
) -> None:
    lab = Lab(tmp_path / "data")
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    done = lab.submit(epochs=1, name="Kept")
    lab.wait_for(done, "completed")
    before = lab.call("GET", "versions")[1]
    run_id = in_the_middle(lab)
    processes = family(lab.pid)
    assert lab.stop(signal.SIGINT) == 0
    assert "Stopped." in lab.output()
    assert alive(processes) == []
    lab.start(within_seconds=30)
    try:
        assert [version["sha256"] for version in before["items"]][-1:] == [
            version["sha256"] for version in lab.call("GET", "versions")[1]["items"]
        ][-1:]
        lab.wait_for(run_id, "completed", within_seconds=180)
        assert epochs_of(lab, run_id) == list(range(1, 21))
        assert sha256_of(lab, run_id) == undisturbed
    finally:
        lab.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_polite_signal_ends_everything(tmp_path: Path, number: int) -> None:
    lab = Lab(tmp_path / "data").start()
    processes = family(lab.pid)
    assert lab.stop(number) == 0
    assert alive(processes) == []


def test_a_second_ctrl_c_does_not_leave_anything_behind(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "data").start()
    processes = family(lab.pid)
    os.kill(lab.pid, signal.SIGINT)
    os.kill(lab.pid, signal.SIGINT)
    assert lab.stop() == 0
    assert alive(processes) == []


# Starting.


def up(data_dir: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py up` where it is expected to give up."""
    inherited = {key: value for key, value in os.environ.items() if key != "PORT"}
    return subprocess.run(
        [sys.executable, "manage.py", "up", *arguments],
        cwd=ROOT,
        env={**inherited, "DIGITLAB_DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = up(tmp_path, PORT=str(port))
    assert answer.returncode != 0
    assert f"Port {port} is taken. Choose another: make run PORT={port + 1}" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "99999999999"])
@pytest.mark.parametrize("way", ["environment", "option"])
def test_a_port_that_is_none_is_told(tmp_path: Path, port: str, way: str) -> None:
    answer = up(tmp_path, PORT=port) if way == "environment" else up(tmp_path, f"--port={port}")
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
    assert port in answer.stderr


def test_where_the_usual_port_is_taken_another_is_found(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        except OSError:
            pass  # somebody else has it: all the better
        lab = Lab(tmp_path / "data", port=1)
        lab._environment.pop("PORT")
        lab.start()
        try:
            address = next(line for line in lab.output().splitlines() if "is ready at" in line)
            assert 8000 < int(address.rsplit(":", 1)[1].strip("/")) < 8020
        finally:
            lab.stop()


def test_a_second_lab_in_the_same_folder_is_refused(lab: Lab) -> None:
    answer = up(lab.data_dir, PORT=str(free_port()))
    assert answer.returncode != 0
    assert f"A lab runs in {lab.data_dir} already; DIGITLAB_DATA_DIR names another folder." in answer.stderr
    assert is_well(lab)


def test_a_child_that_always_dies_ends_everything_with_its_last_words(tmp_path: Path) -> None:
    bad = tmp_path / "bin"
    bad.mkdir()
    server = bad / "redis-server"
    server.write_text("#!/bin/sh\necho I will not.\nexit 3\n")
    server.chmod(0o755)
    answer = up(tmp_path / "data", PORT=str(free_port()), PATH=f"{bad}:{os.environ['PATH']}")
    assert answer.returncode != 0
    assert "redis died 5 times within a minute (exit status 3)." in answer.stderr
    assert "I will not." in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_redis_elsewhere_that_does_not_answer_is_told(tmp_path: Path) -> None:
    answer = up(tmp_path, PORT=str(free_port()), REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert answer.returncode != 0
    assert "does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_data_folder_with_a_very_long_name_works(tmp_path: Path) -> None:
    lab = Lab(tmp_path / ("a long name " * 6) / ("and more " * 6)).start()
    try:
        assert is_well(lab)
    finally:
        assert lab.stop() == 0


# Health.


@pytest.mark.parametrize("name", ["worker", "scheduler"])
def test_a_process_that_is_gone_is_named_and_the_web_stays_ready(own_lab: Lab, name: str) -> None:
    def health(path: str = "healthz") -> Any:
        try:
            with urllib.request.urlopen(f"{own_lab.url}/{path}", timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    process = until(lambda: child(own_lab, name))
    os.kill(process, signal.SIGSTOP)
    try:
        status, parts = until(lambda: answer if (answer := health())[0] == 503 else None)
        assert (status, parts["redis"], parts["database"]) == (503, True, True)
        assert [part for part, lives in parts.items() if lives is False] == [name]
        assert (health("livez")[0], health("readyz")[0]) == (200, 200)
    finally:
        os.kill(process, signal.SIGCONT)
    until(lambda: health()[0] == 200)
