"""Times on pages: the browser's zone with scripts, the server's named zone without, never one under another's name."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.drawing import SEVEN
from tests.lab import Lab, store_small_pen_strokes

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SERVER, READER = "Europe/Berlin", "Asia/Kolkata"


@pytest.fixture(scope="module")
def berlin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab in Berlin with a run, a moved alias, a version in the trash and a correction."""
    lab = Lab(tmp_path_factory.mktemp("berlin"), TIME_ZONE=SERVER)
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    versions = [lab.wait_for(lab.submit(epochs=1), "completed")["version"] for _ in range(2)]
    assert lab.call("PUT", "aliases/best", {"version": versions[0]})[0] in {200, 201}
    assert lab.call("DELETE", f"versions/{versions[1]}")[0] in {200, 204}
    assert lab.call("POST", "corrections", {"strokes": SEVEN, "label": 7})[0] == 201
    yield lab
    assert lab.stop() == 0, lab.output()


PAGES = (
    "runs/",
    "runs/1/",
    "versions/",
    "versions/2/",
    "versions/3/",
    "versions/aliases/",
    "versions/trash/",
    "corrections/",
)


def in_zone(iso: str, zone: str) -> str:
    at = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return f"{at.day} {at:%b %Y, %H:%M}"


# The page of a version in the trash answers 404, which the browser notes as an error.
@pytest.mark.parametrize("path", [path for path in PAGES if path != "versions/3/"])
def test_a_page_writes_times_in_the_zone_of_its_reader(page: Page, berlin: Lab, path: str) -> None:
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": READER})
    answer = page.goto(f"{berlin.url}/{path}")
    assert answer is not None
    expect(page.locator("time[datetime][title]").first).to_be_attached()
    for time in page.locator("time[datetime]").all():
        iso = time.get_attribute("datetime") or ""
        if time.get_attribute("data-relative") is None:
            expect(time).to_have_text(in_zone(iso, READER))
        else:
            expect(time).to_have_text(re.compile(r"just now|min ago"))
        title = time.get_attribute("title") or ""
        assert title.startswith(in_zone(iso, READER))
        assert title.endswith("GMT+5:30")


@pytest.mark.parametrize("path", PAGES)
def test_without_scripts_a_page_names_the_zone_of_the_server(browser: Browser, berlin: Lab, path: str) -> None:
    context = browser.new_context(java_script_enabled=False, timezone_id=READER)
    page = context.new_page()
    page.goto(f"{berlin.url}/{path}")
    times = page.locator("time[datetime]").all()
    assert times
    for time in times:
        iso = time.get_attribute("datetime") or ""
        assert iso.endswith("Z")
        assert re.fullmatch(rf"{in_zone(iso, SERVER)} CES?T", time.inner_text())
    assert "UTC" not in page.inner_text("main")
    context.close()
