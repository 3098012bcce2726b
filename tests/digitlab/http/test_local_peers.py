"""In `local` mode, which has no accounts, only this machine is served, whatever address the server listens on."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from digitlab.http.guard import is_on_this_machine
from tests.lab import ROOT, free_port

HOST = {"Host": "localhost"}


@pytest.mark.parametrize(
    ("client", "is_ours"),
    [
        (("127.0.0.1", 5000), True),
        (("127.8.8.8", 5000), True),
        (("::1", 5000), True),
        (("::ffff:127.0.0.1", 5000), True),
        (None, True),
        (("", 0), True),
        (("192.168.1.7", 5000), False),
        (("172.17.0.1", 5000), False),
        (("::ffff:192.168.1.7", 5000), False),
        (("fe80::1%eth0", 5000), False),
        (("0.0.0.0", 5000), False),
        (("nonsense", 5000), False),
    ],
)
def test_only_loopback_and_unix_sockets_are_this_machine(client: Any, is_ours: bool) -> None:
    assert is_on_this_machine(client) is is_ours


def own_address() -> str:
    """An address of this machine that is not loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a web process in local mode that listens on every address."""
    folder: Path = tmp_path_factory.mktemp("open")
    port = free_port()
    environment = {**os.environ, "DIGITLAB_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True, timeout=120)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "web", "--host", "0.0.0.0", "--port", str(port)], cwd=ROOT, env=environment
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(20)


def get(address: str, port: int, path: str, **headers: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(address, port, timeout=20)) as connection:
        connection.request("GET", path, headers={**HOST, "Connection": "close", **headers})
        with connection.getresponse() as response:
            return response.status, response.read().decode()


@pytest.mark.processes
@pytest.mark.skipif(own_address() in {"", "127.0.0.1"}, reason="this machine has no other address")
@pytest.mark.parametrize("path", ["/", "/api/v1/versions", "/static/js/pad/predictor.js"])
def test_another_machine_is_refused_with_the_remedy(port: int, path: str) -> None:
    status, text = get(own_address(), port, path, **{"X-Forwarded-For": "127.0.0.1"})
    assert status == 403
    assert "DIGITLAB_AUTH=login" in text
    assert "Traceback" not in text


@pytest.mark.processes
@pytest.mark.skipif(own_address() in {"", "127.0.0.1"}, reason="this machine has no other address")
def test_a_socket_of_another_machine_is_refused(port: int) -> None:
    with socket.create_connection((own_address(), port)) as peer, pytest.raises(InvalidStatus) as refusal:
        connect("ws://localhost/ws/predict/", sock=peer, open_timeout=20)
    assert refusal.value.response.status_code == 403
    assert b"DIGITLAB_AUTH=login" in refusal.value.response.body


@pytest.mark.processes
@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "192.168.1.7"}], ids=["itself", "its proxy"])
def test_this_machine_and_a_proxy_on_it_are_served(port: int, headers: dict[str, str]) -> None:
    assert get("127.0.0.1", port, "/", **headers)[0] == 200
