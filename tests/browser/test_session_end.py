"""A session that ends while pages are open: they say so, lead back to the login, and stop."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts import NAME, PASSWORD, create_account
from tests.browser.drawing import ONE, SEVEN, draw
from tests.lab import Lab, store_small_pen_strokes

pytestmark = [pytest.mark.browser, pytest.mark.processes]

NOTICE_MS = 20_000


@pytest.fixture(scope="module")
def login_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab with accounts, under a prefix."""
    lab = Lab(tmp_path_factory.mktemp("login"), DIGITLAB_AUTH="login", URL_PREFIX="/lab/")
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    create_account(lab)
    yield lab
    assert lab.stop() == 0, lab.output()


@pytest.fixture
def page(browser: Browser, login_lab: Lab) -> Iterator[Page]:
    """A page of somebody who is logged in."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{login_lab.url}/runs/")
        log_in(page)
        yield page


def log_in(page: Page) -> None:
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile(r"/lab/(?!login)"))


def submit(page: Page, lab: Lab, **fields: int) -> int:
    """Submit a run by the form, which leads to its page; its number."""
    page.goto(f"{lab.url}/runs/new/")
    page.locator("input[name=dataset][value='pen-strokes']").check()
    for name, value in {**fields, "batch_size": 8}.items():
        page.locator(f"[name={name}]").fill(str(value))
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile(r"/lab/runs/\d+/$"))
    return int(page.url.rstrip("/").rsplit("/", 1)[1])


def end_session(page: Page) -> None:
    """Log out in another tab."""
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Log out").click()
    other.wait_for_load_state()
    other.close()


def expect_a_way_back(page: Page) -> None:
    """The notice is there, and its link leads to the login and back to this page."""
    notice = page.locator("#session-ended")
    expect(notice).to_contain_text("Your session has ended", timeout=NOTICE_MS)
    before = urlsplit(page.url)
    page.get_by_role("link", name="Log in again").click()
    page.wait_for_url(re.compile("/lab/login/"))
    log_in(page)
    after = urlsplit(page.url)
    assert (after.path, after.query) == (before.path, before.query)
    expect(page.locator("#session-ended")).to_have_count(0)


def requests_during(page: Page, ms: int) -> list[str]:
    """What the page requests, and the sockets that it opens, in a time."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("websocket", lambda socket: seen.append(socket.url))
    page.wait_for_timeout(ms)
    return seen


def test_the_canvas(page: Page, login_lab: Lab) -> None:
    page.goto(f"{login_lab.url}/?version=1")
    draw(page, SEVEN)
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=60_000)
    end_session(page)
    draw(page, ONE)
    expect(page.locator("#session-ended")).to_be_visible(timeout=NOTICE_MS)
    assert requests_during(page, 5000) == []
    assert "ink=" in page.url
    expect_a_way_back(page)
    # The drawing is in the address: it is there again.
    expect(page.locator(".answer [data-part=digit]")).not_to_have_text("", timeout=60_000)


def test_the_list_of_runs(page: Page, login_lab: Lab) -> None:
    page.goto(f"{login_lab.url}/runs/?q=seven")
    end_session(page)
    expect(page.locator("#session-ended")).to_be_visible(timeout=NOTICE_MS)
    assert requests_during(page, 5000) == []
    expect(page.get_by_text("retrying")).to_have_count(0)
    expect_a_way_back(page)


def test_the_page_of_a_run(page: Page, login_lab: Lab) -> None:
    submit(page, login_lab, epochs=400, hidden_layers=64)
    expect(page.locator("#connection")).to_have_text("Live", timeout=60_000)
    end_session(page)
    expect(page.locator("#connection")).to_have_text("Your session has ended", timeout=NOTICE_MS)
    assert requests_during(page, 5000) == []
    expect_a_way_back(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=60_000)


def test_the_comparison_and_the_network_of_a_version(page: Page, login_lab: Lab) -> None:
    run_id = submit(page, login_lab, epochs=1, hidden_layers=8)
    page.goto(f"{login_lab.url}/runs/{run_id}/")
    expect(page.get_by_role("link", name=re.compile(r"Open version \d+"))).to_be_visible(timeout=60_000)
    for path in ("versions/compare/?numbers=1,2", "versions/1/network/"):
        page.goto(f"{login_lab.url}/{path}")
        end_session(page)
        expect_a_way_back(page)
