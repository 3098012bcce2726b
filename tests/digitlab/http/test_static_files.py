"""Static files as a browser gets them."""

import asyncio
import gzip
from typing import Any

import pytest
from django.test import Client

from digitlab.http.static_files import StaticFiles
from tests.lab import ROOT

SCRIPT = "/static/js/network/network_page.js"
CONTENT = (ROOT / "static/js/network/network_page.js").read_bytes()


def answer_to(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; 418 from the application behind."""
    sent: list[Any] = []

    async def behind(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": fields}
    asyncio.run(StaticFiles(behind)(scope, None, send))
    start, body = sent
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


def test_a_file_is_answered_as_it_is() -> None:
    status, headers, body = answer_to(SCRIPT)
    assert (status, body) == (200, CONTENT)
    assert headers["content-type"].startswith("text/javascript")
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["x-content-type-options"] == "nosniff"


def test_text_is_packed_for_those_who_can_unpack_it() -> None:
    status, headers, body = answer_to(SCRIPT, accept_encoding="br, gzip")
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert gzip.decompress(body) == CONTENT
    assert int(headers["content-length"]) == len(body) < len(CONTENT) / 2


def test_what_a_browser_has_is_not_sent_again() -> None:
    etag = answer_to(SCRIPT)[1]["etag"]
    status, _, body = answer_to(SCRIPT, if_none_match=etag, accept_encoding="gzip")
    assert (status, body) == (304, b"")


def test_a_part_of_a_file_is_that_part() -> None:
    status, headers, body = answer_to(SCRIPT, range="bytes=10-499", accept_encoding="gzip")
    assert (status, body) == (206, CONTENT[10:500])
    assert "content-encoding" not in headers


@pytest.mark.parametrize("path", ["/static/js/none.js", "/static/../manage.py", "/static/", "/"])
def test_the_rest_is_left_to_the_application(path: str) -> None:
    assert answer_to(path)[0] == 418


def test_a_page_that_names_no_icon_gets_ours(client: Client) -> None:
    address = client.get("/favicon.ico")["Location"]
    assert answer_to(address)[1]["content-type"] == "image/svg+xml"


def test_a_file_takes_no_post() -> None:
    assert answer_to(SCRIPT, method="POST")[0] == 405
