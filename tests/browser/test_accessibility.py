"""All pages for all readers: axe-core, text at 200 %, forced colours, announcements, tables, the page of the API."""

from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import axe
from tests.browser.paths import PATHS
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000
WIDTHS = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Swagger's own part of its page is another project's.
WHOLE = [path for path in PATHS if path != "api/v1/docs"]


@pytest.fixture(scope="module")
def run(lab: Lab) -> int:
    """A run that made a version, and a correction."""
    number = lab.submit(epochs=3)
    lab.wait_for(number, "completed")
    lab.call("POST", "corrections", {"strokes": [[[10, 10], [90, 10], [40, 120]]], "label": 7})
    return number


def test_axe_finds_nothing_serious_or_moderate(browser: Browser, lab: Lab, run: int) -> None:
    context = browser.new_context(reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    found = {}
    for path in PATHS:
        response = page.goto(f"{lab.url}/{path.format(run=run)}", wait_until="networkidle")
        assert response is not None
        assert response.ok, path
        for width, scheme in product(WIDTHS, SCHEMES):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            found[path, width, scheme] = axe.violations(page)
    context.close()
    assert {at: lines for at, lines in found.items() if lines} == {}


def test_with_text_at_200_percent_no_page_is_wider_than_the_window(page: Page, lab: Lab, run: int) -> None:
    page.add_init_script(
        """document.addEventListener('DOMContentLoaded', () => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync('html { font-size: 200% }');
            document.adoptedStyleSheets = [sheet];
        });"""
    )
    for path in WHOLE:
        page.goto(f"{lab.url}/{path.format(run=run)}", wait_until="networkidle")
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(100)  # observers of sizes draw charts anew
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_in_forced_colours_bars_pressed_tools_and_the_current_page_are_seen(browser: Browser, lab: Lab) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{lab.url}/?version=1")
    page.get_by_role("button", name="Example of a 5").click()
    expect(page.locator(".answer [data-part=digit]")).to_have_text("5", timeout=PATIENCE)
    background = "one => getComputedStyle(one).backgroundColor"
    highlight = page.locator("#tool-draw").evaluate(background)
    assert highlight != page.locator("#tool-erase").evaluate(background)
    assert page.locator(".nav [aria-current=page]").evaluate(background) == highlight
    assert page.locator(".bar.is-best [data-part=fill]").evaluate(background) == highlight
    context.close()


def test_digits_are_drawn_and_labelled_by_keyboard_alone(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    page.get_by_role("button", name="Example of a 3").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".answer [data-part=digit]")).to_have_text("3", timeout=PATIENCE)
    page.keyboard.press("Shift+Digit3")
    expect(page.get_by_text("Saved as a 3.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Example of a 5").press("Space")
    expect(page.locator(".answer [data-part=digit]")).to_have_text("5", timeout=PATIENCE)
    page.keyboard.press("Control+z")
    expect(page.locator(".answer [data-part=digit]")).to_have_text("3", timeout=PATIENCE)


def test_the_start_and_the_end_of_a_run_are_announced(page: Page, lab: Lab) -> None:
    first = lab.submit(epochs=4000, hidden_layers=[64], batch_size=8)
    others = [lab.submit(epochs=4000, hidden_layers=[64], batch_size=8) for _ in range(3)]
    last = others[-1]
    page.goto(f"{lab.url}/runs/{last}/")
    expect(page.locator("#status")).to_have_text("Queued")
    for number in (first, *others[:-1]):
        lab.call("POST", f"runs/{number}/stop")
    spoken = page.locator("#spoken[role=status]")
    expect(spoken).to_have_text("Training has started.", timeout=PATIENCE)
    expect(page.locator("#epochs tbody tr").first).to_be_visible(timeout=PATIENCE)
    lab.call("POST", f"runs/{last}/stop")
    expect(spoken).to_contain_text("Stopped after epoch", timeout=PATIENCE)


def test_the_error_graph_of_a_version_is_a_table_too(page: Page, lab: Lab, run: int) -> None:
    number = lab.call("GET", f"runs/{run}")[1]["version"]
    epochs = lab.call("GET", f"runs/{run}/epochs")[1]
    page.goto(f"{lab.url}/versions/{number}/")
    page.get_by_text("The numbers", exact=True).first.click()
    rows = page.locator("#error-table tbody tr")
    expect(rows).to_have_count(len(epochs))
    assert abs(float(rows.last.locator("td").nth(1).inner_text()) - epochs[-1]["test_error"]) < 1e-3


def test_the_page_of_the_api_is_dark_where_the_site_is_and_leads_back(browser: Browser, lab: Lab) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{lab.url}/api/v1/docs")
    expect(page.locator(".swagger-ui .opblock").first).to_be_visible(timeout=PATIENCE)
    background = page.evaluate("getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor")
    assert background == "rgb(28, 32, 34)"
    page.get_by_role("link", name="Back to Digit Lab").click()
    expect(page).to_have_url(f"{lab.url}/")
    context.close()
