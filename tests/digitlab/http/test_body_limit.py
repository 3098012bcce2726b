"""A body that is larger than anything expected is refused while it comes, and nothing of it is kept."""

import asyncio
import http.client
from typing import Any

import pytest

from digitlab.asgi import django_application
from digitlab.http import body_limit
from digitlab.http.body_limit import MOST_BODY_BYTES
from tests.lab import Lab


def ask(lab: Lab, path: str, **headers: str) -> tuple[int, bytes]:
    """Announce a body and send none of it."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=30)
    connection.putrequest("POST", path)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.processes
@pytest.mark.parametrize(("path", "is_json"), [("/api/v1/versions/import", True), ("/versions/import/", False)])
def test_a_body_that_is_announced_as_too_large_is_not_waited_for(lab: Lab, path: str, *, is_json: bool) -> None:
    status, answer = ask(lab, path, Content_Length=str(MOST_BODY_BYTES + 1))
    assert status == 413
    assert b"at most 269 MB" in answer
    assert answer.startswith(b'{"detail"') is is_json


@pytest.mark.parametrize(("megabytes", "status"), [(3, 413), (1, 422)])
def test_a_body_in_chunks_is_refused_once_too_much_has_come(
    megabytes: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is small enough is no form, and Django says so."""
    monkeypatch.setattr(body_limit, "MOST_BODY_BYTES", 2 * 1024 * 1024)
    sent: list[dict[str, Any]] = []
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked == megabytes:
            await asyncio.Event().wait()
        asked += 1
        return {"type": "http.request", "body": bytes(1024 * 1024), "more_body": asked < megabytes}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"multipart/form-data; boundary=x")]
    path = "/api/v1/versions/import"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    asyncio.run(body_limit.BodyLimit(django_application)(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == status
    assert asked == megabytes


@pytest.mark.processes
def test_a_length_that_is_no_number_is_refused_by_the_server(lab: Lab) -> None:
    assert ask(lab, "/api/v1/versions/import", Content_Length="many")[0] == 400
