"""Draws on the canvas as a person does, with the mouse or a finger."""

from collections.abc import Sequence
from itertools import pairwise

from playwright.sync_api import Page

Strokes = Sequence[Sequence[tuple[float, float]]]

# Shares of the canvas, y down.
SEVEN: Strokes = [[(0.3, 0.25), (0.7, 0.25), (0.55, 0.5), (0.45, 0.8)]]
ONE: Strokes = [[(0.5, 0.15), (0.5, 0.85)]]
ZERO: Strokes = [
    [(0.5, 0.2), (0.35, 0.28), (0.3, 0.5), (0.35, 0.72), (0.5, 0.8), (0.65, 0.72), (0.7, 0.5), (0.65, 0.28), (0.5, 0.2)]
]

EM: Strokes = [[(0.15, 0.85), (0.2, 0.2), (0.5, 0.6), (0.8, 0.2), (0.85, 0.85)]]


def draw(page: Page, strokes: Strokes) -> None:
    """Draw the strokes on the canvas of the page."""
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=8)
        page.mouse.up()


def touch(page: Page, strokes: Strokes) -> None:
    """Draw the strokes with a finger, without scrolling the canvas into view."""
    box = page.locator("#pad").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)

    def send(kind: str, *points: Sequence[float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        send("touchStart", places[0])
        for (x0, y0), (x1, y1) in pairwise(places):
            for step in range(1, 7):
                send("touchMove", (x0 + (x1 - x0) * step / 6, y0 + (y1 - y0) * step / 6))
        send("touchEnd")
    session.detach()
