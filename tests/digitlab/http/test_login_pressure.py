"""Log-in mode under pressure, on a real server with PostgreSQL: few connections, bodies, sockets and guesses.

Others' predictions are answered meanwhile.
"""

import concurrent.futures
import contextlib
import http.client
import json
import re
import socket
import statistics
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests import postgres
from tests.accounts import NAME, PASSWORD, create_account
from tests.lab import Lab

pytestmark = [pytest.mark.processes, pytest.mark.alone]

MAX_CONNECTIONS = 8
LOG_INS = 150
LARGE = 50_000_000


@pytest.fixture(scope="module")
def database_folder() -> Iterator[Path]:
    """Where the server's files are; its owner, who is not root, can reach it."""
    if postgres.programs() is None:
        pytest.skip(postgres.NOT_FOUND)
    with tempfile.TemporaryDirectory(prefix="digitlab-pressure-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, database_folder: Path) -> Iterator[Lab]:
    """A lab with accounts whose web process may have few connections."""
    with postgres.server(database_folder) as url:
        lab = Lab(
            tmp_path_factory.mktemp("pressure"),
            DATABASE_URL=url,
            DIGITLAB_AUTH="login",
            DATABASE_CONNECTIONS=str(MAX_CONNECTIONS),
            SOCKETS_PER_ACCOUNT="3",
        )
        lab.start()
        create_account(lab)
        yield lab
        assert lab.stop() == 0, lab.output()


@pytest.fixture(scope="module")
def token(lab: Lab) -> str:
    """A token of the account."""
    return lab.command("create_token", NAME).stdout.split()[-1]


def log_in(lab: Lab, password: str = PASSWORD, name: str = NAME) -> int:
    """Send the form once; its status."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    connection.request("GET", "/login/")
    response = connection.getresponse()
    cookie = re.search("csrftoken=(\\w+)", response.headers["Set-Cookie"])
    assert cookie, response.headers
    response.read()
    fields = {"username": name, "password": password, "csrfmiddlewaretoken": cookie[1]}
    headers = {"Cookie": cookie[0], "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login/", urllib.parse.urlencode(fields), headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def watch(lab: Lab, token: str) -> contextlib.AbstractContextManager[ClientConnection]:
    """The socket of predictions."""
    address = f"{lab.url.replace('http', 'ws', 1)}/ws/predict/"
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"}, open_timeout=30)


class Predictions:
    """A client that draws during the test: the seconds of each answer."""

    def __init__(self, lab: Lab, token: str) -> None:
        self.seconds: list[float] = []
        self._lab, self._token = lab, token
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._draw)

    def __enter__(self) -> "Predictions":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(30)

    def _draw(self) -> None:
        strokes = [[[100, 20], [100, 180]]]
        with watch(self._lab, self._token) as websocket:
            while not self._done.wait(0.02):
                begin = time.perf_counter()
                websocket.send(json.dumps({"id": 1, "strokes": strokes}))
                reply = json.loads(websocket.recv(timeout=20))
                assert "results" in reply, reply
                self.seconds.append(time.perf_counter() - begin)


@contextlib.contextmanager
def others_draw(lab: Lab, token: str) -> Iterator[None]:
    """Predictions of others stay quick; by the median, since the machine of a test is busy."""
    with Predictions(lab, token) as predictions:
        yield
    assert len(predictions.seconds) > 5
    assert statistics.median(predictions.seconds) < 0.1


def test_many_log_ins_at_once_are_all_answered_with_few_connections(lab: Lab, token: str) -> None:
    with others_draw(lab, token), concurrent.futures.ThreadPoolExecutor(LOG_INS) as pool:
        statuses = list(pool.map(lambda _: log_in(lab), range(LOG_INS)))
    assert set(statuses) <= {302, 503}, statuses
    assert statuses.count(302) >= 20
    assert "too many clients" not in lab.logs()


def test_guesses_of_a_password_are_refused_and_logged(lab: Lab, token: str) -> None:
    with others_draw(lab, token):
        statuses = [log_in(lab, f"guess {number}", "grace") for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    log = (lab.data_dir / "logs" / "web.log").read_text()
    assert log.count("log-in failed for account 'grace' from 127.0.0.1") == 10


def raw_post(lab: Lab, path: str, headers: str, body: Iterator[bytes]) -> tuple[int, int]:
    """The status of an answer, and how many bytes of the body could be sent before it came."""
    with socket.create_connection(("127.0.0.1", lab.port), timeout=30) as client:
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
        sent = 0
        with contextlib.suppress(ConnectionError):
            for piece in body:
                client.sendall(piece)
                sent += len(piece)
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = client.recv(100_000)
    return (int(answer.split()[1]) if answer else 0), sent


@pytest.mark.parametrize("path", ["/api/v1/versions/import", "/versions/import/", "/login/"])
@pytest.mark.parametrize("kind", ["announced", "chunked"])
def test_a_large_body_without_an_account_is_not_kept(lab: Lab, token: str, path: str, kind: str) -> None:
    piece = b"x" * 65_536
    announced = kind == "announced"
    pieces = (piece if announced else b"10000\r\n%s\r\n" % piece for _ in range(LARGE // len(piece)))
    length = f"Content-Length: {LARGE}\r\n" if announced else "Transfer-Encoding: chunked\r\n"
    with others_draw(lab, token):
        status, sent = raw_post(lab, path, f"{length}Authorization: Bearer wrong\r\n", pieces)
        time.sleep(0.2)
    assert status in {401, 0}  # 0: the connection was closed while the body was being sent
    assert sent < LARGE
    assert _spooled_bytes(lab) < 1_000_000


def _spooled_bytes(lab: Lab) -> int:
    """Bytes in unnamed temporary files of the lab's processes."""
    total = 0
    for pid in lab.children():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if "(deleted)" in str(descriptor.readlink()):
                    total += descriptor.stat().st_size
    return total


def test_with_a_token_a_large_body_is_read(lab: Lab, token: str) -> None:
    pixels = [200.0 if 300 < number < 500 and number % 28 in range(10, 14) else 0.0 for number in range(784)]
    body = json.dumps({"pixels": pixels}).replace("0.0", "0." + 1600 * "0").encode()
    assert len(body) > 1_000_000
    status, sent = raw_post(
        lab,
        "/api/v1/predict",
        f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n",
        iter([body]),
    )
    assert (status, sent) == (200, len(body))


def test_half_sent_requests_end_and_hold_nobody_up(lab: Lab, token: str) -> None:
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", lab.port), timeout=30)) for _ in range(100)
        ]
        with others_draw(lab, token):
            for client in clients:
                client.sendall(b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nusername=")
            assert {client.recv(1000).split()[1] for client in clients} == {b"408"}


def test_an_account_opens_so_many_sockets_and_no_more(lab: Lab, token: str) -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(watch(lab, token)) for _ in range(3)]
        for one in sockets:
            one.send('{"type":"ping"}')
            assert json.loads(one.recv(timeout=20)) == {"type": "pong"}
        with watch(lab, token) as fourth:
            assert closing_code(fourth) == 4429
    time.sleep(0.5)
    with watch(lab, token) as again:
        again.send('{"type":"ping"}')
        assert json.loads(again.recv(timeout=20)) == {"type": "pong"}


@pytest.mark.parametrize(
    "program",
    [
        "ApiToken.objects.filter(name='second').delete()",
        "eve.is_active = False; eve.save()",
        "eve.set_password('another long password'); eve.save()",
    ],
    ids=["withdrawn", "deactivated", "changed password"],
)
def test_a_token_opens_sockets_until_it_ends(lab: Lab, program: str) -> None:
    imports = "from django.contrib.auth.models import User; from digitlab.models import ApiToken;"
    lab.command(
        "shell", "-c", f"{imports} User.objects.filter(username='eve').delete(); User.objects.create_user('eve')"
    )
    second = lab.command("create_token", "eve", "--name", "second").stdout.split()[-1]
    with watch(lab, second) as websocket:
        websocket.send('{"type":"ping"}')
        assert json.loads(websocket.recv(timeout=20)) == {"type": "pong"}
        lab.command("shell", "-c", f"{imports} eve = User.objects.get(username='eve'); {program}")
        assert closing_code(websocket) == 4401


def closing_code(websocket: ClientConnection) -> int:
    try:
        while True:
            websocket.recv(timeout=30)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def test_a_web_process_whose_database_is_away_answers_soon(lab: Lab, token: str, database_folder: Path) -> None:
    """Last, since it ends the database for a moment."""
    headers = {"Authorization": f"Bearer {token}"}
    assert lab.call("GET", "runs", headers=headers)[0] == 200
    with postgres.interrupted(database_folder):
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers: list[tuple[int, Any]] = list(
                pool.map(lambda _: lab.call("GET", "runs", headers=headers), range(20))
            )
        assert time.monotonic() - begin < 10
    assert {status for status, _ in answers} == {503}
    deadline = time.monotonic() + 20
    while lab.call("GET", "runs", headers=headers)[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
