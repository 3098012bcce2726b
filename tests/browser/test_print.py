"""Pages on paper: few sheets, no navigation, nothing to press, light colours that are kept."""

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PAGE_OBJECT = b"/Type /Page\n"
# Wider than an A4 sheet between its margins (188 mm), a page would be shrunk.
SHEET: ViewportSize = {"width": 710, "height": 1045}


@pytest.fixture(scope="module")
def versions(lab: Lab) -> list[int]:
    """Two trained versions."""
    runs = [lab.submit(epochs=epochs, name=f"Printed {epochs}") for epochs in (2, 4)]
    return [int(lab.wait_for(run, "completed")["version"]) for run in runs]


def sheets(page: Page) -> int:
    page.wait_for_timeout(300)  # the charts are drawn
    return page.pdf(prefer_css_page_size=True).count(PAGE_OBJECT)


def test_a_version_is_one_sheet(page: Page, lab: Lab, versions: list[int]) -> None:
    for number in (1, *versions):
        page.goto(f"{lab.url}/versions/{number}/")
        assert sheets(page) == 1, number


def test_a_comparison_is_at_most_four_sheets(page: Page, lab: Lab, versions: list[int]) -> None:
    page.goto(f"{lab.url}/versions/compare/?numbers={','.join(map(str, (1, *versions)))}")
    assert sheets(page) <= 4


def test_paper_has_no_navigation_and_nothing_to_press(page: Page, lab: Lab, versions: list[int]) -> None:
    for path in (f"versions/{versions[0]}/", f"versions/compare/?numbers=1,{versions[0]}", "runs/1/"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(media="screen")
        page.goto(f"{lab.url}/{path}")
        page.set_viewport_size(SHEET)
        page.emulate_media(media="print")
        for kind in ("header.top", "footer", "nav", "button", ".button", "select"):
            shown = page.locator(kind).locator("visible=true").all()
            # The legend of curves names the lines.
            assert [one.inner_text() for one in shown if "#curve-legend" not in ancestors(one)] == [], (path, kind)
        assert page.evaluate("document.documentElement.scrollWidth") <= SHEET["width"], path
        assert page.evaluate("getComputedStyle(document.querySelector('.card')).breakInside") == "avoid"


def ancestors(element: Locator) -> str:
    return str(element.evaluate("one => one.closest('#curve-legend') ? '#curve-legend' : ''"))


def test_paper_is_light_and_keeps_its_colours(browser: Browser, lab: Lab) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{lab.url}/versions/1/")
    page.emulate_media(media="print")
    style = "getComputedStyle(document.querySelector('.confusion .right-9'))"
    assert page.evaluate(f"{style}.printColorAdjust") == "exact"
    assert page.evaluate(f"{style}.color") == "rgb(29, 29, 27)"
    assert page.evaluate(f"{style}.backgroundColor") not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")
    context.close()
