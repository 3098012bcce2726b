"""The canvas with mouse, fingers, palm and pen, by events of the browser's own input pipeline."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.drawing import SEVEN, draw
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TOUCH = {"force": 1, "radiusX": 20, "radiusY": 20}


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """The draw page on a touch screen."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{lab.url}/?version=1")
        yield page


@pytest.fixture
def devtools(page: Page) -> CDPSession:
    """The protocol that sends input events."""
    return page.context.new_cdp_session(page)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """The point of the window at these shares of the canvas."""
    box = page.locator("#pad").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def touch(devtools: CDPSession, kind: str, *points: tuple[int, tuple[float, float]]) -> None:
    """One event of the touch screen; `points` are the touches that remain."""
    touches = [{"id": number, "x": x, "y": y, **TOUCH} for number, (x, y) in points]
    devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def pen(devtools: CDPSession, kind: str, point: tuple[float, float]) -> None:
    """One event of a pen."""
    event: dict[str, Any] = {"type": kind, "x": point[0], "y": point[1], "pointerType": "pen", "force": 0.5}
    is_down = kind != "mouseReleased"
    devtools.send(
        "Input.dispatchMouseEvent", {**event, "button": "left", "buttons": 1 if is_down else 0, "clickCount": 1}
    )


def draw_with_pen(page: Page, devtools: CDPSession) -> None:
    """A seven."""
    (first, *rest) = [at(page, x, y) for x, y in SEVEN[0]]
    pen(devtools, "mousePressed", first)
    for start, end in pairwise([first, *rest]):
        for step in range(1, 9):
            part = step / 8
            point = (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
            pen(devtools, "mouseMoved", point)
    pen(devtools, "mouseReleased", rest[-1])


def ink(page: Page) -> list[Any]:
    """The strokes on the canvas, by the address of the page; none if it has none."""
    page.wait_for_timeout(400)
    if "ink" not in parse_qs(urlsplit(page.url).query):
        return []
    strokes: list[Any] = page.evaluate(
        """async () => {
          const { decodeInk } = await import("/static/js/pad/ink_code.js");
          return decodeInk(new URLSearchParams(location.search).get("ink")).strokes;
        }"""
    )
    return strokes


def test_ink_outside_of_the_canvas_is_cut_off_and_does_not_count(page: Page) -> None:
    # From the end of a seven a wide loop to the right, around the lower corner, and back in from below.
    draw(page, [[*SEVEN[0], (1.4, 0.9), (1.4, 1.4), (0.45, 1.2), (0.45, 0.95)]])
    strokes = ink(page)
    assert len(strokes) == 2
    coordinates = [value for stroke in strokes for point in stroke for value in point]
    assert min(coordinates) >= 0
    assert max(coordinates) <= 400
    assert strokes[0][-1][0] == pytest.approx(400, abs=2)
    assert strokes[1][0][1] == pytest.approx(400, abs=2)
    page.get_by_role("button", name="Undo").first.click()
    assert ink(page) == []


def test_a_pen_takes_over_from_a_palm_that_touched_first(page: Page, devtools: CDPSession) -> None:
    palm = at(page, 0.8, 0.9)
    touch(devtools, "touchStart", (1, palm))
    touch(devtools, "touchMove", (1, (palm[0] - 30, palm[1] - 10)))
    draw_with_pen(page, devtools)
    touch(devtools, "touchEnd")
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=30_000)
    assert len(ink(page)) == 1


def test_a_palm_is_ignored_while_the_pen_draws(page: Page, devtools: CDPSession) -> None:
    draw_with_pen(page, devtools)
    palm = at(page, 0.8, 0.9)
    touch(devtools, "touchStart", (1, palm))
    touch(devtools, "touchMove", (1, (palm[0] - 60, palm[1] - 10)))
    touch(devtools, "touchEnd")
    assert len(ink(page)) == 1


def test_a_touch_that_is_cancelled_leaves_nothing(page: Page, devtools: CDPSession) -> None:
    start = at(page, 0.3, 0.3)
    touch(devtools, "touchStart", (1, start))
    for step in range(10):
        touch(devtools, "touchMove", (1, (start[0] + 10 * step, start[1])))
    touch(devtools, "touchCancel")
    assert ink(page) == []
    expect(page.get_by_role("button", name="Undo").first).to_be_disabled()


def test_two_fingers_leave_no_ink(page: Page, devtools: CDPSession) -> None:
    left, right = at(page, 0.3, 0.5), at(page, 0.7, 0.5)
    touch(devtools, "touchStart", (1, left))
    touch(devtools, "touchMove", (1, (left[0] + 5, left[1])))
    touch(devtools, "touchStart", (1, (left[0] + 5, left[1])), (2, right))
    for step in range(10):
        touch(devtools, "touchMove", (1, (left[0] - 5 * step, left[1])), (2, (right[0] + 5 * step, right[1])))
    touch(devtools, "touchEnd", (2, right))
    touch(devtools, "touchMove", (2, (right[0], right[1] + 50)))
    touch(devtools, "touchEnd")
    assert ink(page) == []


def test_a_finger_draws(page: Page, devtools: CDPSession) -> None:
    points = [at(page, x, y) for x, y in SEVEN[0]]
    touch(devtools, "touchStart", (1, points[0]))
    for start, end in pairwise(points):
        for step in range(1, 9):
            point = (start[0] + step / 8 * (end[0] - start[0]), start[1] + step / 8 * (end[1] - start[1]))
            touch(devtools, "touchMove", (1, point))
    touch(devtools, "touchEnd")
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=30_000)
