"""The site under a path of its own in a real browser: pages draw, predict and watch."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import SEVEN, draw
from tests.lab import Lab, store_small_pen_strokes

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def prefixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab under /lab/."""
    lab = Lab(tmp_path_factory.mktemp("prefixed"), URL_PREFIX="/lab/")
    store_small_pen_strokes(lab.data_dir / "datasets")
    yield lab.start()
    assert lab.stop() == 0, lab.output()


def test_the_draw_page_predicts_over_its_socket_and_saves_a_correction(page: Page, prefixed: Lab) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if f"{prefixed.url}/" not in request.url else None)
    page.goto(f"{prefixed.url}/?version=1")
    draw(page, SEVEN)
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=60_000)
    assert sockets == [f"{prefixed.url.replace('http', 'ws', 1)}/ws/predict/"]
    page.locator("#teach button[value='7']").click()
    expect(page.locator("#teach")).to_contain_text("Saved as a 7.")
    assert page.locator(".answer a").first.get_attribute("href") == "/lab/versions/1/"
    assert [url for url in outside if url.startswith("http")] == []


def test_a_run_is_submitted_and_watched(page: Page, prefixed: Lab) -> None:
    page.goto(f"{prefixed.url}/runs/new/")
    page.locator("input[name=dataset][value='pen-strokes']").check()
    page.locator("[name=epochs]").fill("3")
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile(r"/lab/runs/\d+/$"))
    expect(page.locator("#epochs tbody tr")).to_have_count(3, timeout=60_000)
    opened = page.get_by_role("link", name=re.compile(r"Open version \d+"))
    expect(opened).to_be_visible(timeout=60_000)
    opened.click()
    page.wait_for_url(re.compile(r"/lab/versions/\d+/$"))
