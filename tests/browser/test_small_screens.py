"""Phones and tablets: drawing, the answer and its label are on one screen, and nothing is wider than the window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.drawing import ONE, SEVEN, ZERO, touch
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 30_000
SIZES = [(360, 640), (390, 844), (768, 1024), (844, 390)]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def touched(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on a small screen that is touched."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_ten_digits_are_drawn_and_labelled_in_a_row_without_scrolling(touched: Page, lab: Lab) -> None:
    touched.goto(f"{lab.url}/?version=1")
    panel = touched.get_by_role("group", name="Correct label")
    for label in range(10):
        truth, strokes = ((0, ZERO), (1, ONE), (7, SEVEN))[label % 3]
        touch(touched, strokes)
        expect(touched.locator(".answer [data-part=digit]")).to_have_text(str(truth), timeout=PATIENCE)
        button = panel.get_by_role("button", name=str(label), exact=True)
        for part in ("#pad", ".answer [data-part=digit]", ".answer [data-part=sentence]", "#clear"):
            expect(touched.locator(part)).to_be_in_viewport(ratio=1)
        expect(button).to_be_in_viewport(ratio=1)
        expect(button).to_be_enabled(timeout=PATIENCE)
        # At the place where it is: `tap` of a locator would scroll to it.
        tap(touched, f"#teach button[value='{label}']")
        expect(panel.get_by_text(f"Saved as a {label}.")).to_be_visible(timeout=PATIENCE)
        assert touched.evaluate("scrollY") == 0
        tap(touched, "#clear")
        expect(touched.locator(".answer [data-part=digit]")).to_have_text("–", timeout=PATIENCE)
    assert touched.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"


def tap(page: Page, selector: str) -> None:
    """Touch the middle of an element; it must be large enough for a finger."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 32, box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_several_answers_leave_the_labels_in_reach(browser: Browser, lab: Lab) -> None:
    second = lab.wait_for(lab.submit(epochs=1, name="Donaudampfschifffahrtskapitaen" * 3), "completed")["version"]
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{lab.url}/?version=1&version={second}")
    touch(page, SEVEN)
    expect(page.locator(f".answer[data-version='{second}']:not(.is-waiting)")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("#votes")).to_be_in_viewport(ratio=1)
    expect(page.locator("#teach button[value='9']")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
