"""A client of one web process of the cluster: with a token for the API, with a session for pages."""

import http.cookiejar
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

from tests.accounts import NAME, PASSWORD

# What is not answered by then counts as never.
PATIENCE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; status 0 where none came."""

    status: int
    text: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.status} after {self.seconds:.1f} s: {self.text[:120]!r}"

    @property
    def json(self) -> Any:
        """The body of an answer of the API."""
        return json.loads(self.text) if self.text else None


class Client:
    """Talks to the web process at `url`."""

    def __init__(self, url: str, *, token: str) -> None:
        self.url, self.token = url, token
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar)
        )

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        """A call under `/api/v1/`."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.send(urllib.request.Request(f"{self.url}/api/v1/{path}", data, headers, method=method))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a call that must succeed."""
        answer = self.api(method, path, body)
        assert 200 <= answer.status < 300, f"{method} {path}: {answer}"
        return answer.json

    def page(self, path: str) -> Answer:
        """A page; log in first."""
        return self.send(urllib.request.Request(f"{self.url}{path}"))

    def log_in(self) -> None:
        """Open a session, for pages."""
        self.page("/login/")
        token = next(cookie.value for cookie in self._jar if cookie.name == "csrftoken")
        form = {"username": NAME, "password": PASSWORD, "csrfmiddlewaretoken": str(token)}
        data = urllib.parse.urlencode(form).encode()
        answer = self.send(urllib.request.Request(f"{self.url}/login/", data))
        assert answer.status == 200, answer
        assert any(cookie.name == "sessionid" for cookie in self._jar), "no session was opened"

    def import_version(self, model: bytes, name: str) -> Any:
        """Import a model file; the version."""
        boundary = "digit-lab-boundary"
        parts = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n--{boundary}\r\n'
            f'Content-Disposition: form-data; name="file"; filename="network.pickle"\r\n\r\n'
        )
        body = parts.encode() + model + f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }
        answer = self.send(urllib.request.Request(f"{self.url}/api/v1/versions/import", body, headers))
        assert answer.status == 201, answer
        return answer.json

    def send(self, request: urllib.request.Request) -> Answer:
        """The answer, whatever it is."""
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        except OSError as error:
            status, text = 0, str(error)
        return Answer(status, text, time.monotonic() - began)
