"""The running program, end to end over HTTP and WebSockets."""

import json

import pytest
from websockets.sync.client import connect

from tests.lab import Lab

pytestmark = pytest.mark.processes


def test_every_part_is_healthy(lab: Lab) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{lab.url}/healthz") as response:
        parts = json.load(response)
    assert parts.pop("status") == "ok"
    assert parts == dict.fromkeys(["web", "database", "schema", "redis", "worker", "scheduler", "disk"], True)


def test_a_watched_run_sends_every_epoch_once_and_ends_with_a_version(lab: Lab) -> None:
    run_id = lab.submit(epochs=4)
    epochs: list[int] = []
    with connect(f"ws://127.0.0.1:{lab.port}/ws/runs/{run_id}/?after=0", open_timeout=10) as socket:
        first = json.loads(socket.recv(timeout=30))
        assert first["type"] == "run.snapshot"
        epochs += [epoch["epoch"] for epoch in first["epochs"]]
        status, version = first["run"]["status"], first["run"]["version"]
        while status not in {"completed", "failed"}:
            message = json.loads(socket.recv(timeout=60))
            if message["type"] == "epoch.finished":
                epochs.append(message["epoch"]["epoch"])
            elif message["type"] == "status.changed":
                status, version = message["status"], message["version"]
    assert (status, epochs) == ("completed", [1, 2, 3, 4])
    assert lab.call("GET", f"versions/{version}")[1]["metrics"]["epochs"] == 4
