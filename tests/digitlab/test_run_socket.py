"""`/ws/runs/<id>/`: a run as it happens, each epoch once, whatever the page has already."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.lab import Lab
from tests.socket_messages import RUN, check_message

pytestmark = pytest.mark.processes


@contextmanager
def watching(lab: Lab, run_id: int, query: str = "") -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{lab.port}/ws/runs/{run_id}/{query}", open_timeout=20) as socket:
        yield socket


def heard(socket: ClientConnection) -> Any:
    message = json.loads(socket.recv(timeout=60))
    check_message(message, RUN)
    return message


def epochs_until_completed(socket: ClientConnection) -> list[int]:
    """The epochs that a page hears of until it hears that the run is completed."""
    first = heard(socket)
    epochs, status = [epoch["epoch"] for epoch in first["epochs"]], first["run"]["status"]
    while status != "completed":
        message = heard(socket)
        if message["type"] == "epoch.finished":
            epochs.append(message["epoch"]["epoch"])
        elif message["type"] == "status.changed":
            status = message["status"]
    return epochs


@pytest.fixture(scope="module")
def ended(lab: Lab) -> int:
    """A run of five epochs that is completed."""
    run_id = lab.submit(epochs=5)
    lab.wait_for(run_id, "completed")
    return run_id


@pytest.mark.parametrize(
    ("query", "epochs"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("?after=0", [1, 2, 3, 4, 5]),
        ("?after=3", [4, 5]),
        ("?after=5", []),
        ("?after=99", []),
        ("?after=-1", [1, 2, 3, 4, 5]),
        ("?after=x", [1, 2, 3, 4, 5]),
        ("?after=" + "9" * 5000, [1, 2, 3, 4, 5]),
        ("?after=%FF", [1, 2, 3, 4, 5]),
    ],
)
def test_a_page_gets_what_it_lacks(lab: Lab, ended: int, query: str, epochs: list[int]) -> None:
    with watching(lab, ended, query) as socket:
        first = heard(socket)
    assert first["type"] == "run.snapshot"
    assert [epoch["epoch"] for epoch in first["epochs"]] == epochs


def test_the_snapshot_is_what_the_api_tells(lab: Lab, ended: int) -> None:
    with watching(lab, ended) as socket:
        first = heard(socket)
    shown = lab.call("GET", f"runs/{ended}")[1]
    assert first["events"] == shown["events"]
    only_of_the_api = {"events", "stored_epochs", "published", "notes", "queue_position", "expected_start_seconds"}
    assert first["run"] == {name: value for name, value in shown.items() if name not in only_of_the_api}
    assert first["epochs"] == lab.call("GET", f"runs/{ended}/epochs")[1]
    assert [event["status"] for event in first["events"]][0::2] == ["queued", "completed"]


def test_a_ping_is_answered_and_other_messages_are_ignored(lab: Lab, ended: int) -> None:
    with watching(lab, ended) as socket:
        heard(socket)
        for text in ("", "ping", "[]", '{"type": "else"}', b"\xff", '{"type":"ping"}'):
            socket.send(text)
        assert heard(socket) == {"type": "pong"}


def test_a_run_that_is_not_there_closes_the_socket(lab: Lab) -> None:
    with watching(lab, 999_999) as socket, pytest.raises(ConnectionClosed) as closed:
        heard(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


def test_a_page_that_comes_back_in_the_middle_misses_and_repeats_nothing(lab: Lab) -> None:
    run_id = lab.submit(epochs=12, hidden_layers=[64])
    epochs: list[int] = []
    status = ""
    while status != "completed":
        with watching(lab, run_id, f"?after={epochs[-1] if epochs else 0}") as socket:
            first = heard(socket)
            epochs += [epoch["epoch"] for epoch in first["epochs"]]
            status = first["run"]["status"]
            here = 0
            while status != "completed" and here < 3:
                message = heard(socket)
                if message["type"] == "epoch.finished":
                    epochs.append(message["epoch"]["epoch"])
                    here += 1
                elif message["type"] == "status.changed":
                    status = message["status"]
    assert epochs == list(range(1, 13))


def test_many_pages_hear_the_same_epochs(lab: Lab) -> None:
    run_id = lab.submit(epochs=4)
    with ExitStack() as pages:
        for socket in [pages.enter_context(watching(lab, run_id)) for _ in range(10)]:
            assert epochs_until_completed(socket) == [1, 2, 3, 4]


def test_the_end_of_a_run_comes_after_its_last_epoch_and_names_the_version(lab: Lab) -> None:
    run_id = lab.submit(epochs=2)
    with watching(lab, run_id) as socket:
        message = heard(socket)
        epochs, events = [epoch["epoch"] for epoch in message["epochs"]], message["events"]
        status, version = message["run"]["status"], message["run"]["version"]
        while status != "completed":
            message = heard(socket)
            if message["type"] == "epoch.finished":
                epochs.append(message["epoch"]["epoch"])
            elif message["type"] == "status.changed":
                status, version = message["status"], message["version"]
                events += message["events"]
    assert epochs == [1, 2]
    assert version == lab.call("GET", f"runs/{run_id}")[1]["version"]
    assert events[-1]["text"] == f"All epochs are done. Published as version {version}."


def test_the_progress_within_an_epoch_is_told(lab: Lab) -> None:
    run_id = lab.submit(epochs=30, hidden_layers=[1024, 512], batch_size=8)
    try:
        with watching(lab, run_id) as socket:
            message = heard(socket)
            while message["type"] != "batch.progress":
                message = heard(socket)
        assert 0 < message["fraction"] <= 1
        assert message["epoch"] >= 1
        assert message["error"] > 0
    finally:
        lab.call("POST", f"runs/{run_id}/stop")
        lab.wait_for(run_id, "stopped")


def test_a_stop_and_its_story_reach_the_page(lab: Lab) -> None:
    run_id = lab.submit(epochs=5000)
    lab.wait_for(run_id, "running")
    with watching(lab, run_id) as socket:
        first = heard(socket)
        status, events = first["run"]["status"], first["events"]
        lab.call("POST", f"runs/{run_id}/stop")
        while status != "stopped":
            message = heard(socket)
            if message["type"] == "status.changed":
                status = message["status"]
                events += message["events"]
    assert [event["status"] for event in events] == ["queued", "running", "stopping", "stopped"]


def test_what_a_page_says_is_not_listened_to(lab: Lab, ended: int) -> None:
    with watching(lab, ended) as socket:
        heard(socket)
        for text in ("{}", '{"type": "run.changed"}'):
            socket.send(text)
        assert lab.call("GET", f"runs/{ended}")[0] == 200
