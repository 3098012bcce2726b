"""The whole site under a path of its own, as a proxy publishes it: `URL_PREFIX=/lab/`."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from websockets.sync.client import connect

from digitlab.environment import _url_prefix
from tests.lab import Lab, store_small_pen_strokes

pytestmark = pytest.mark.processes

PAGES = ["", "?version=1", "runs/", "runs/new/", "runs/1/", "versions/", "versions/1/", "versions/1/network/"]
PAGES += ["versions/compare/?numbers=1,2", "versions/import/", "versions/aliases/", "versions/trash/", "corrections/"]
PAGES += ["datasets/", "datasets/pen-strokes/", "api/v1/docs", "admin/login/"]
DRAWING = {"strokes": [[[60, 60], [220, 60], [130, 240]]], "versions": [1], "id": 1}


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("", ""), ("/", ""), ("lab", "/lab"), ("/lab", "/lab"), ("/lab/", "/lab"), ("/a//b-1/", "/a/b-1")],
)
def test_slashes_at_the_ends_of_the_setting_do_not_matter(text: str, prefix: str) -> None:
    assert _url_prefix(text) == prefix


@pytest.mark.parametrize("text", ["https://lab.example/", "/la b/", "/../", "/lab?x=1", "/é/", "/%2F/"])
def test_a_setting_that_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the setting makes the sentence
        _url_prefix(text)


@pytest.fixture(scope="module")
def prefixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab under /lab/."""
    lab = Lab(tmp_path_factory.mktemp("prefixed"), URL_PREFIX="/lab/")
    store_small_pen_strokes(lab.data_dir / "datasets")
    yield lab.start()
    assert lab.stop() == 0, lab.output()


class Links(HTMLParser):
    """The addresses in a page: `found` are fetched or opened, `others` are of forms and folders."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.others: set[str] = set()
        self.feed(text)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.found |= {values[name] for name in ("href", "src", "data-url") if name in values}
        self.others |= {values[name] for name in ("action", "data-base") if name in values}


def get(address: str) -> tuple[int, str, str]:
    """Status, kind and text."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return response.status, response.headers["Content-Type"], response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, "", error.read().decode(errors="replace")


@pytest.fixture(scope="module")
def run_id(prefixed: Lab) -> int:
    """A run that has published version 2."""
    run_id = prefixed.submit(epochs=1)
    prefixed.wait_for(run_id, "completed")
    return run_id


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("run_id")
def test_every_link_and_script_of_a_page_answers_under_the_prefix(prefixed: Lab, page: str) -> None:
    address = f"{prefixed.url}/{page}"
    status, _, text = get(address)
    assert status == 200
    links = Links(text)
    assert links.found
    for link in links.found | links.others:
        target = urlsplit(urljoin(address, link))
        if target.netloc == urlsplit(address).netloc:
            assert target.path.startswith("/lab/"), link
    answers = {link: fetched(urljoin(address, link)) for link in links.found if not link.startswith(("http", "data:"))}
    assert {link: status for link, status in answers.items() if status != 200} == {}


@cache
def fetched(address: str) -> int:
    """The status of what an address answers."""
    return get(address.partition("#")[0])[0]


def test_styles_and_scripts_name_no_address_outside_of_the_prefix(prefixed: Lab) -> None:
    for name in ("css/base.css", "css/components.css", "css/draw.css", "js/lib/api.js", "js/draw/draw_page.js"):
        status, _, text = get(f"{prefixed.url}/static/{name}")
        assert status == 200
        assert not re.search(r"""url\(["']?/|from "/|["'`]/(?:api|ws|runs|versions|static)""", text), name


def test_the_api_its_documentation_and_its_schema_are_under_the_prefix(prefixed: Lab) -> None:
    status, reply = prefixed.call("POST", "predict", DRAWING)
    assert (status, reply["id"]) == (200, 1)
    schema = prefixed.call("GET", "openapi.json")[1]
    assert schema["paths"]
    assert all(path.startswith("/lab/api/v1/") for path in schema["paths"])
    assert "/lab/api/v1/openapi.json" in get(f"{prefixed.url}/api/v1/docs")[2]


def test_errors_of_the_api_are_json_under_the_prefix_too(prefixed: Lab) -> None:
    assert prefixed.call("GET", "nothing") == (404, {"detail": "there is nothing at this address", "code": "not_found"})


def test_sockets_connect_under_the_prefix(prefixed: Lab, run_id: int) -> None:
    base = prefixed.url.replace("http", "ws", 1)
    with connect(f"{base}/ws/predict/", open_timeout=20) as socket:
        socket.send(json.dumps(DRAWING))
        assert json.loads(socket.recv(timeout=30))["results"][0]["version"] == 1
    with connect(f"{base}/ws/runs/{run_id}/", open_timeout=20) as socket:
        assert json.loads(socket.recv(timeout=30))["type"] == "run.snapshot"


def test_the_printed_address_has_the_prefix(prefixed: Lab) -> None:
    assert f"Digit Lab is ready at {prefixed.url}/\n" in prefixed.output()


def test_the_prefix_without_its_slash_leads_to_the_site(prefixed: Lab) -> None:
    with urllib.request.urlopen(prefixed.url) as response:
        assert response.url == f"{prefixed.url}/"


def test_a_proxy_may_strip_the_prefix(prefixed: Lab) -> None:
    status, _, text = get(f"http://127.0.0.1:{prefixed.port}/runs/")
    assert status == 200
    assert 'href="/lab/runs/new/"' in text
    assert get(f"http://127.0.0.1:{prefixed.port}/healthz")[0] == 200
