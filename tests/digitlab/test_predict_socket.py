"""`/ws/predict/`: drawings over a WebSocket."""

import json
import pickle
import socket as sockets
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.lab import Lab
from tests.socket_messages import PREDICT, check_message

pytestmark = pytest.mark.processes

SEVEN = [[[60, 60], [220, 60], [130, 240]]]


@pytest.fixture(scope="module")
def version(lab: Lab) -> int:
    """A version to ask."""
    run_id = lab.submit(epochs=1)
    return int(lab.wait_for(run_id, "completed")["version"])


@pytest.fixture
def socket(lab: Lab) -> Iterator[ClientConnection]:
    """An open socket to predictions."""
    with connect(f"ws://127.0.0.1:{lab.port}/ws/predict/", open_timeout=20, max_size=None) as socket:
        yield socket


def heard(socket: ClientConnection, *, timeout: float = 30) -> Any:
    message = json.loads(socket.recv(timeout=timeout))
    check_message(message, PREDICT)
    return message


def ask(socket: ClientConnection, **message: Any) -> Any:
    socket.send(json.dumps(message))
    return heard(socket)


@pytest.mark.parametrize("name", [7, "a drawing", "", 0, 2**60])
def test_the_id_of_a_drawing_comes_back(socket: ClientConnection, version: int, name: Any) -> None:
    answer = ask(socket, id=name, strokes=SEVEN, versions=[version])
    assert answer["id"] == name
    assert answer["results"][0]["version"] == version


def test_the_answer_is_the_one_that_http_gives(lab: Lab, socket: ClientConnection, version: int) -> None:
    question = {"strokes": SEVEN, "versions": [version], "id": 1}
    assert ask(socket, **question) == lab.call("POST", "predict", question)[1]


def test_activations_come_when_asked(socket: ClientConnection, version: int) -> None:
    (result,) = ask(socket, strokes=SEVEN, versions=[version], activations=True)["results"]
    assert [len(layer) for layer in result["activations"]] == [784, 32, 10]


def test_activations_stay_away_when_not_asked(socket: ClientConnection, version: int) -> None:
    assert "activations" not in ask(socket, strokes=SEVEN, versions=[version])["results"][0]


ERRORS: list[tuple[dict[str, Any], str]] = [
    ({"strokes": []}, "nothing drawn"),
    ({}, "exactly one of strokes, image and pixels"),
    ({"strokes": SEVEN, "versions": [999_999]}, "there is no version 999999"),
    ({"strokes": SEVEN, "versions": ["nobody"]}, "nobody"),
    ({"strokes": [[[1]]]}, "missing"),
    ({"strokes": [[1, 2]]}, "must be a point [x, y]; got 1"),
    ({"image": "x"}, "base64"),
    ({"strokes": SEVEN, "colour": 1}, "is not a field here"),
]


@pytest.mark.parametrize(("question", "words"), ERRORS)
def test_an_error_carries_the_id(socket: ClientConnection, question: dict[str, Any], words: str) -> None:
    answer = ask(socket, id="d1", **question)
    assert answer["id"] == "d1"
    assert words in json.dumps(answer["detail"])


NO_QUESTIONS = ["", "{", "[]", "null", "[" * 50_000, '{"a":' * 5000, '{"id": ' + "9" * 5000 + "}", "\x00", '{"id": {}}']
IDS_THAT_JSON_CANNOT_GIVE_BACK = ['{"id": ' + "9" * 30 + "}", '{"id": "\\ud800"}']


@pytest.mark.parametrize("text", NO_QUESTIONS + IDS_THAT_JSON_CANNOT_GIVE_BACK, ids=range(len(NO_QUESTIONS) + 2))
def test_a_message_that_is_no_question_is_told_so_and_the_next_is_answered(
    socket: ClientConnection, version: int, text: str
) -> None:
    socket.send(text)
    assert heard(socket)["detail"]
    assert ask(socket, id=2, strokes=SEVEN, versions=[version])["id"] == 2


def test_bytes_are_told_to_be_no_question(socket: ClientConnection, version: int) -> None:
    socket.send(b"\x00\x01")
    assert heard(socket)["detail"]
    assert ask(socket, id=2, strokes=SEVEN, versions=[version])["id"] == 2


def test_a_question_may_come_in_bytes(socket: ClientConnection, version: int) -> None:
    socket.send(drawing(5, version).encode())
    assert heard(socket)["id"] == 5


def test_of_many_drawings_sent_at_once_the_newest_is_answered(lab: Lab, version: int) -> None:
    """The first questions cost much, so that the later ones wait for each other."""
    slow = json.dumps({"pixels": np.zeros((100, 784), int).tolist(), "versions": [version], "id": 0})
    with connect(f"ws://127.0.0.1:{lab.port}/ws/predict/", max_size=None) as socket:
        for number in range(200):
            socket.send(slow.replace('"id": 0', f'"id": {number}') if number < 3 else drawing(number, version))
        answered: list[int] = []
        while not answered or answered[-1] != 199:
            answered.append(heard(socket, timeout=60)["id"])
    assert answered == sorted(answered)
    assert len(answered) < 200


def test_a_message_longer_than_a_drawing_is_refused_and_the_next_is_answered(
    socket: ClientConnection, version: int
) -> None:
    socket.send('{"strokes": [[' + "[1, 2]," * 50_000)
    assert heard(socket)["code"] == "message.too_large"
    assert ask(socket, id=2, strokes=SEVEN, versions=[version])["id"] == 2


MANY_ERRORS = '{"strokes": [[' + "1," * 1_000_000 + "1]]}"
MANY_FIELDS = "{" + ",".join(f'"f{number}":1' for number in range(800_000)) + "}"
MANY_LISTS = '{"strokes": [' + "[]," * 5_000_000 + "[]]}"


def slowest_page(lab: Lab, stopped: threading.Event) -> float:
    """The seconds of the slowest of the requests that follow each other until `stopped`."""
    slowest = 0.0
    while not stopped.is_set():
        began = time.monotonic()
        with urllib.request.urlopen(f"{lab.url}/static/js/pad/predictor.js", timeout=60) as response:
            response.read()
        slowest = max(slowest, time.monotonic() - began)
    return slowest


@pytest.mark.alone
def test_a_long_message_holds_up_nobody_else(lab: Lab) -> None:
    stopped = threading.Event()
    with ThreadPoolExecutor() as pool:
        slowest = pool.submit(slowest_page, lab, stopped)
        with connect(f"ws://127.0.0.1:{lab.port}/ws/predict/", max_size=None) as socket:
            for length in (250_000, 2_000_000):
                with suppress(ConnectionClosed):
                    socket.send(MANY_ERRORS[:length] + "1]]}")
                    socket.recv(timeout=30)
        stopped.set()
    assert slowest.result() < 1


@pytest.mark.parametrize("text", [MANY_ERRORS, MANY_FIELDS, MANY_LISTS], ids=["errors", "fields", "lists"])
@pytest.mark.alone
def test_a_long_body_holds_up_nobody_else(lab: Lab, text: str) -> None:
    stopped = threading.Event()
    with ThreadPoolExecutor() as pool:
        slowest = pool.submit(slowest_page, lab, stopped)
        request = urllib.request.Request(
            f"{lab.url}/api/v1/predict", text.encode(), {"Content-Type": "application/json"}
        )
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(request, timeout=60)
        stopped.set()
    assert refusal.value.code == 422
    assert len(refusal.value.read()) < 1000
    assert slowest.result() < 1.5


@pytest.mark.parametrize("text", ['{"type":"ping"}', '{"type": "ping"}', b'{"type":"ping"}'])
def test_a_ping_is_answered(socket: ClientConnection, text: str | bytes) -> None:
    socket.send(text)
    assert heard(socket) == {"type": "pong"}


def test_a_ping_is_answered_while_drawings_are_computed_and_replaces_none(lab: Lab, version: int) -> None:
    slow = json.dumps({"pixels": np.zeros((100, 784), int).tolist(), "versions": [version], "id": 0})
    with connect(f"ws://127.0.0.1:{lab.port}/ws/predict/", max_size=None) as socket:
        socket.send(slow)
        time.sleep(0.1)
        socket.send(drawing(1, version))
        socket.send('{"type":"ping"}')
        answers = [heard(socket, timeout=60) for _ in range(3)]
    assert {"type": "pong"} in answers
    assert [answer["id"] for answer in answers if "id" in answer] == [0, 1]


def drawing(number: int, version: int) -> str:
    return json.dumps({"id": number, "strokes": SEVEN, "versions": [version]})


def test_drawings_that_wait_for_their_answers_are_all_answered(socket: ClientConnection, version: int) -> None:
    assert [ask(socket, id=n, strokes=SEVEN, versions=[version])["id"] for n in range(30)] == list(range(30))


def test_two_sockets_do_not_hear_of_each_other(lab: Lab, socket: ClientConnection, version: int) -> None:
    with connect(f"ws://127.0.0.1:{lab.port}/ws/predict/") as other:
        assert ask(other, id="other", strokes=SEVEN, versions=[version])["id"] == "other"
        assert ask(socket, id="mine", strokes=SEVEN, versions=[version])["id"] == "mine"


def test_an_alias_that_moved_is_followed_by_an_open_socket(lab: Lab, socket: ClientConnection, version: int) -> None:
    rng = np.random.default_rng(0)
    model = {"weights": [rng.normal(size=(10, 784))], "biases": [rng.normal(size=10)]}
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'.encode()
    request = urllib.request.Request(
        f"{lab.url}/api/v1/versions/import",
        head + pickle.dumps(model) + f"\r\n--{boundary}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request) as response:
        other = json.load(response)["number"]
    for number in (version, other):
        lab.call("PUT", "aliases/moving", {"version": number})
        deadline = time.monotonic() + 20
        while ask(socket, strokes=SEVEN, versions=["moving"])["results"][0]["version"] != number:
            assert time.monotonic() < deadline


# Who may connect.


@pytest.mark.parametrize("path", ["/ws/predict/", "/ws/runs/1/"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://127.0.0.1:1"])
def test_a_page_of_another_site_is_refused(lab: Lab, path: str, origin: str) -> None:
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        connect(
            f"ws://127.0.0.1:{lab.port}{path}",
            origin=Origin(origin),
            open_timeout=20,
        ) as socket,
    ):
        socket.recv(timeout=20)


@pytest.mark.parametrize("path", ["/ws/predict/", "/ws/runs/1/"])
def test_a_name_that_somebody_points_at_us_is_refused(lab: Lab, path: str) -> None:
    with sockets.create_connection(("127.0.0.1", lab.port)) as raw:
        raw.sendall(
            f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        raw.settimeout(20)
        assert raw.recv(200).startswith(b"HTTP/1.1 403")


def test_our_own_page_may_connect(lab: Lab, version: int) -> None:
    with connect(f"ws://127.0.0.1:{lab.port}/ws/predict/", origin=Origin(lab.url)) as socket:
        assert ask(socket, id=1, strokes=SEVEN, versions=[version])["id"] == 1


@pytest.mark.parametrize("path", ["/ws/", "/ws/nothing/", "/ws/runs/x/", "/ws/runs/" + "9" * 40 + "/"])
def test_an_address_that_nobody_serves_is_refused(lab: Lab, path: str) -> None:
    with pytest.raises((InvalidStatus, ConnectionClosed)), connect(f"ws://127.0.0.1:{lab.port}{path}") as socket:
        socket.recv(timeout=20)
