"""Every page stands still while it loads, and fills a wide window."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.paths import PATHS
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

MAX_LAYOUT_SHIFT = 0.05
MAX_BARE_PIXELS = 100
# The canvas stays in view beside a long column of answers; a list of few corrections is as wide as they are.
NARROW = ("", "?version=1&version=2", "corrections/")

COUNT_SHIFTS = """
    window.layoutShift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""

# How high the highest strip of bare paper is, 40 pixels wide, between the top of the page and the end of its content.
MEASURE_BARE = """() => {
    const [step, bare] = [20, "html, body, main, .columns, .stack:not(.card), .dataset-cards"];
    const { left, right, top, bottom } = document.querySelector("main").getBoundingClientRect();
    const isPaper = (x, y) => document.elementFromPoint(x, y)?.matches(bare) ?? true;
    // Wider than the gap between two cards.
    const isBare = (x, y) => isPaper(x, y) && isPaper(x + 40, y);
    const style = getComputedStyle(document.querySelector("main"));
    const [from, to] = [left + parseFloat(style.paddingLeft) + 4, right - parseFloat(style.paddingRight) - 4];
    const xs = [];
    for (let x = from; x + 40 <= to; x += step) xs.push(x);
    let longest = 0;
    const runs = xs.map(() => 0);
    for (let y = top; y < bottom - parseFloat(style.paddingBottom); y += step)
        xs.forEach((x, column) => {
            runs[column] = isBare(x, y) ? runs[column] + step : 0;
            longest = Math.max(longest, runs[column]);
        });
    return longest;
}"""


@pytest.fixture(scope="module")
def run(lab: Lab) -> int:
    """A run that made a version."""
    number = lab.submit(epochs=12)
    lab.wait_for(number, "completed")
    return number


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_no_page_moves_while_it_loads(browser: Browser, lab: Lab, run: int, width: int, height: int) -> None:
    moved = {}
    for path in PATHS:
        # Nothing is remembered from the page before.
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.add_init_script(COUNT_SHIFTS)
        page.goto(f"{lab.url}/{path.format(run=run)}", wait_until="networkidle")
        page.wait_for_timeout(400)  # what fills in when the browser is idle
        moved[path] = page.evaluate("layoutShift")
        context.close()
    assert {path: shift for path, shift in moved.items() if shift > MAX_LAYOUT_SHIFT} == {}


def test_no_page_is_half_empty(page: Page, lab: Lab, run: int) -> None:
    bare = {}
    for path in PATHS:
        if path in NARROW or path == "api/v1/docs":
            continue
        page.set_viewport_size({"width": 1280, "height": 900})
        response = page.goto(f"{lab.url}/{path.format(run=run)}", wait_until="networkidle")
        assert response is not None
        assert response.ok, (path, lab.logs())
        for width in (1280, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": height})
            bare[path, width] = page.evaluate(MEASURE_BARE)
    assert {place: pixels for place, pixels in bare.items() if pixels > MAX_BARE_PIXELS} == {}
