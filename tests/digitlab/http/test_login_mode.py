"""Log-in mode on a real server: refusals name their settings, and sockets end with their session."""

import contextlib
import http.client
import json
import re
import urllib.parse
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.accounts import NAME, PASSWORD, create_account
from tests.lab import Lab, store_small_pen_strokes

pytestmark = pytest.mark.processes

CLOSE_SESSION_ENDED = 4401


@pytest.fixture(scope="module")
def login_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab with accounts under /lab/."""
    lab = Lab(
        tmp_path_factory.mktemp("login"),
        DIGITLAB_AUTH="login",
        URL_PREFIX="lab",
        CSRF_TRUSTED_ORIGINS="https://*.lab.example",
    )
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    create_account(lab)
    yield lab
    assert lab.stop() == 0, lab.output()


class Visitor:
    """A browser without scripts: it keeps cookies, and their paths."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.cookies: SimpleCookie = SimpleCookie()

    def send(
        self,
        method: str,
        path: str,
        *,
        host: str = "",
        form: dict[str, str] | None = None,
        json_body: Any = None,
        **headers: str,
    ) -> tuple[int, str, str]:
        """Status, Location and text; what has a body is sent with its CSRF token."""
        connection = http.client.HTTPConnection("127.0.0.1", self._lab.port, timeout=30)
        fields = {"Host": host or f"127.0.0.1:{self._lab.port}", "Cookie": self.header, **headers}
        body, token = "", self.cookies["csrftoken"].value if "csrftoken" in self.cookies else ""
        if form is not None:
            body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token})
            fields |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token}
        elif json_body is not None:
            body = json.dumps(json_body)
            fields |= {"Content-Type": "application/json", "X-CSRFToken": token}
        connection.request(method, path, body, fields)
        response = connection.getresponse()
        for value in response.headers.get_all("Set-Cookie") or []:
            self.cookies.load(value)
        text = response.read().decode()
        connection.close()
        return response.status, response.headers.get("Location", ""), text

    @property
    def header(self) -> str:
        """The cookies as a request header."""
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())

    def log_in(self, after: str = "/lab/") -> str:
        """Log in; the address that it leads to."""
        self.send("GET", "/lab/login/")
        status, location, text = self.send(
            "POST", "/lab/login/", form={"username": NAME, "password": PASSWORD, "next": after}
        )
        assert status == 302, text
        return location


@pytest.fixture
def visitor(login_lab: Lab) -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(login_lab)


@contextlib.contextmanager
def socket_of(login_lab: Lab, visitor: Visitor, path: str) -> Iterator[ClientConnection]:
    address = f"{login_lab.url.replace('http', 'ws', 1)}{path}"
    with connect(address, additional_headers={"Cookie": visitor.header}, open_timeout=20) as socket:
        yield socket


def test_the_login_page_leads_back_under_the_prefix(visitor: Visitor) -> None:
    status, location, _ = visitor.send("GET", "/lab/runs/?q=a%20b")
    assert (status, location) == (302, "/lab/login/?next=/lab/runs/%3Fq%3Da%2520b")
    assert visitor.log_in("/lab/runs/?q=a%20b") == "/lab/runs/?q=a%20b"
    assert visitor.log_in("") == "/lab/"


def test_a_form_that_is_sent_after_the_end_of_the_session_leads_back_to_its_page(
    visitor: Visitor, login_lab: Lab
) -> None:
    visitor.send("GET", "/lab/login/")
    page = f"http://127.0.0.1:{login_lab.port}/lab/runs/1/?a=b"
    status, location, _ = visitor.send("POST", "/lab/runs/1/stop/", form={}, Referer=page)
    assert (status, location) == (302, "/lab/login/?next=/lab/runs/1/%3Fa%3Db")
    assert visitor.send("POST", "/lab/runs/1/stop/", form={})[1] == "/lab/login/?next=/lab/"
    foreign = visitor.send("POST", "/lab/runs/1/stop/", form={}, Referer="http://evil.example/x")
    assert foreign[1] == "/lab/login/?next=/lab/"


def test_cookies_have_the_path_of_the_site(visitor: Visitor) -> None:
    visitor.log_in()
    visitor.send("POST", "/lab/versions/1/notes/", form={"name": "Starter", "notes": "Read."})
    visitor.send("POST", "/lab/versions/1/champion/", form={})
    assert {"csrftoken", "sessionid", "messages"} <= set(visitor.cookies)
    assert {name: morsel["path"] for name, morsel in visitor.cookies.items() if morsel["path"] != "/lab/"} == {}


def test_an_api_call_after_the_end_of_the_session_says_so(visitor: Visitor) -> None:
    visitor.log_in()
    visitor.send("POST", "/lab/logout/", form={})
    status, _, text = visitor.send("POST", "/lab/api/v1/predict", form={})
    assert (status, json.loads(text)["code"]) == (401, "unauthorized")
    assert "log in again" in json.loads(text)["detail"]


@pytest.mark.parametrize("path", ["/ws/predict/", "/ws/runs/1/"])
def test_a_socket_without_a_session_is_closed_with_a_code_that_a_page_can_read(
    login_lab: Lab, visitor: Visitor, path: str
) -> None:
    with socket_of(login_lab, visitor, path) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_SESSION_ENDED


@pytest.mark.parametrize("path", ["/ws/predict/", "/ws/runs/1/"])
def test_an_open_socket_is_closed_when_its_session_ends(login_lab: Lab, visitor: Visitor, path: str) -> None:
    visitor.log_in()
    if path == "/ws/runs/1/":
        submit_run(visitor)
    with socket_of(login_lab, visitor, path) as socket:
        socket.send('{"type":"ping"}')
        assert "type" in json.loads(socket.recv(timeout=20))
        visitor.send("POST", "/lab/logout/", form={})
        with pytest.raises(ConnectionClosed) as closed:
            received_until_closed(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_SESSION_ENDED


def submit_run(visitor: Visitor) -> None:
    """Submit run 1."""
    fields = {"dataset": "pen-strokes", "hidden_layers": [8], "epochs": 1, "batch_size": 32}
    status, _, text = visitor.send("POST", "/lab/api/v1/runs", json_body=fields)
    assert status == 201, text


def received_until_closed(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=30)


# Refusals name the setting: page, API and socket.


def test_a_refused_host_names_the_setting(visitor: Visitor) -> None:
    status, _, text = visitor.send("GET", "/lab/runs/", host="evil.example")
    assert status == 400
    assert "ALLOWED_HOSTS" in text
    status, _, text = visitor.send("GET", "/lab/api/v1/runs", host="evil.example")
    assert (status, json.loads(text)["code"]) == (403, "request.refused")
    assert "ALLOWED_HOSTS" in text


def test_a_refused_origin_names_the_setting(visitor: Visitor) -> None:
    visitor.log_in()
    evil = "https://evil.example"
    status, _, text = visitor.send("POST", "/lab/versions/1/champion/", form={}, Origin=evil)
    assert status == 403
    assert "CSRF_TRUSTED_ORIGINS" in text
    assert evil in text
    status, _, text = visitor.send("POST", "/lab/api/v1/predict", form={}, Origin=evil)
    assert (status, json.loads(text)["code"]) == (403, "request.refused")
    assert "CSRF_TRUSTED_ORIGINS" in text


def test_a_missing_token_names_what_is_missing(visitor: Visitor) -> None:
    visitor.log_in()
    status, _, text = visitor.send("POST", "/lab/api/v1/predict")
    assert (status, json.loads(text)["code"]) == (403, "forbidden")
    assert re.search("X-CSRFToken.*CSRF_TRUSTED_ORIGINS", json.loads(text)["detail"])


@pytest.mark.parametrize(("host", "setting"), [("evil.example", "ALLOWED_HOSTS"), ("", "CSRF_TRUSTED_ORIGINS")])
def test_a_refused_socket_names_the_setting(login_lab: Lab, host: str, setting: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", login_lab.port, timeout=30)
    connection.request(
        "GET",
        "/lab/ws/predict/",
        headers={
            "Host": host or f"127.0.0.1:{login_lab.port}",
            "Origin": "https://evil.example",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        },
    )
    response = connection.getresponse()
    assert response.status == 403
    assert setting in json.loads(response.read())["detail"]
    connection.close()


def test_a_subdomain_of_a_trusted_wildcard_is_let_in_everywhere(login_lab: Lab, visitor: Visitor) -> None:
    visitor.log_in()
    origin = "https://class7.lab.example"
    assert visitor.send("POST", "/lab/versions/1/champion/", form={}, Origin=origin)[0] == 302
    assert visitor.send("POST", "/lab/api/v1/predict", form={}, Origin=origin)[0] == 400  # no JSON
    address = f"{login_lab.url.replace('http', 'ws', 1)}/ws/predict/"
    with connect(address, origin=Origin(origin), additional_headers={"Cookie": visitor.header}) as socket:
        socket.send('{"type":"ping"}')
        assert json.loads(socket.recv(timeout=20)) == {"type": "pong"}
    with pytest.raises(InvalidStatus):
        connect(address, origin=Origin("https://evil.example"))
