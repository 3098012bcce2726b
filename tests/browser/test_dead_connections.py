"""Connections that die without being closed: pages notice, fetch by HTTP and connect again."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.black_hole_proxy import BlackHoleProxy
from tests.browser.drawing import ONE, SEVEN, draw
from tests.lab import Lab
from tests.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

RIGHT_AGAIN_SECONDS = 15.0


@pytest.fixture
def proxy(lab: Lab) -> Iterator[BlackHoleProxy]:
    """A proxy before the lab."""
    with BlackHoleProxy(lab.port).running() as proxy:
        yield proxy


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Two pages in windows of their own."""
    with browser.new_context() as first, browser.new_context() as second:
        yield first.new_page(), second.new_page()


def test_run_page_and_canvas_are_right_again_within_fifteen_seconds(
    pages: tuple[Page, Page], lab: Lab, proxy: BlackHoleProxy
) -> None:
    run_page, canvas = pages
    address = f"http://127.0.0.1:{proxy.port}"
    run_id = lab.submit(name="Behind a proxy", hidden_layers=[64], epochs=400, batch_size=8)
    run_page.goto(f"{address}/runs/{run_id}/")
    rows, connection = run_page.locator("#epochs tbody tr"), run_page.locator("#connection")
    expect(rows.nth(1)).to_be_visible(timeout=60_000)
    expect(connection).to_have_text("Live")
    canvas.goto(f"{address}/?version=1")
    digit = canvas.locator(".answer [data-part=digit]")
    draw(canvas, SEVEN)
    expect(digit).to_have_text("7", timeout=30_000)
    canvas.get_by_role("button", name="Clear").click()

    assert proxy.make_black_holes() >= 2
    died = time.monotonic()
    draw(canvas, ONE)
    expect(digit).to_have_text("1", timeout=RIGHT_AGAIN_SECONDS * 1000)
    canvas_seconds = time.monotonic() - died

    def is_right() -> bool:
        truth = int(lab.call("GET", f"runs/{run_id}")[1]["epoch"])
        return connection.inner_text() == "Live" and rows.count() >= truth - 1

    # The page still says "Live" for the first seconds: only epochs of after the loss count.
    lost_at = int(lab.call("GET", f"runs/{run_id}")[1]["epoch"])
    until(lambda: rows.count() > lost_at, within_seconds=RIGHT_AGAIN_SECONDS - canvas_seconds, what="a new epoch")
    until(is_right, within_seconds=RIGHT_AGAIN_SECONDS - (time.monotonic() - died), what="the truth")

    # And predictions are streamed again: a second drawing is answered at once.
    canvas.get_by_role("button", name="Clear").click()
    draw(canvas, SEVEN)
    expect(digit).to_have_text("7", timeout=3000)
    lab.call("POST", f"runs/{run_id}/stop")
    lab.wait_for(run_id, "stopped")
    # The server gives its ends of the sockets up too.
    until(lambda: proxy.held_by_server == 0, within_seconds=30, what="the end of the server's sockets")


def test_the_list_of_runs_is_right_again(pages: tuple[Page, Page], lab: Lab, proxy: BlackHoleProxy) -> None:
    page, _ = pages
    page.goto(f"http://127.0.0.1:{proxy.port}/runs/")
    # Until the server has closed the connections that loaded the page: the one of the polling is left.
    page.wait_for_timeout(6000)
    with page.expect_response(re.compile("/api/v1/runs")):
        pass
    proxy.make_black_holes()
    run_id = lab.submit(name="After the loss", epochs=1)
    expect(page.locator(f"[data-run='{run_id}']")).to_be_visible(timeout=RIGHT_AGAIN_SECONDS * 1000)
