"""Pictures of digits as people send them: on ruled paper, in a form's box, under a shadow, with a scanner's edge.

Every kind takes a `Page`, one digit drawn on it by our own writer, and answers the bytes of a picture file. All of it
follows from the generator's seed, so that a table of before and after reads the same pictures.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from datasets.ink.strokes import Ink

Plane = NDArray[np.float64]
Kind = Callable[["Page", Generator], bytes]

_FINER = 4


@dataclass(frozen=True, slots=True)
class Page:
    """A digit on a page.

    Attributes:
        ink: `(side, side)` share of each pixel that is ink, in [0, 1].
        digit: 0 to 9.
        pen: pixels, the width of the stroke.
    """

    ink: Plane
    digit: int
    pen: float

    @property
    def side(self) -> int:
        """Pixels along each side."""
        return len(self.ink)

    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the ink, in pixels."""
        rows, columns = (np.flatnonzero((self.ink > 0.3).any(axis=axis)) for axis in (1, 0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def page(ink: Ink, digit: int, rng: Generator) -> Page:
    """`ink` on a square page of 140 to 280 pixels, 40 to 60 % of it high, near the middle."""
    side = int(rng.integers(140, 281))
    height = side * rng.uniform(0.4, 0.6)
    pen = max(2.0, height * rng.uniform(0.05, 0.12))
    return Page(_painted(ink, side, height, pen, rng.uniform(-0.08, 0.08, 2) * side), digit, pen)


def _painted(ink: Ink, side: int, height: float, pen: float, offset: NDArray[np.float64]) -> Plane:
    corner, extent = ink.points.min(axis=0), np.ptp(ink.points, axis=0)
    points = (ink.points - corner - extent / 2) * ((height - pen) / max(float(extent.max()), 1e-6)) + side / 2 + offset
    image = Image.new("L", (side * _FINER, side * _FINER))
    draw, radius = ImageDraw.Draw(image), pen * _FINER / 2
    for stroke in np.split(points * _FINER, ink.starts[1:]):
        draw.line([(float(x), float(y)) for x, y in stroke], fill=255, width=max(1, round(2 * radius)))
        for x, y in stroke:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX), float) / 255


def _bytes(grey: NDArray[np.float64], file_format: str = "PNG", **options: object) -> bytes:
    return _saved(Image.fromarray((grey.clip(0, 1) * 255 + 0.5).astype(np.uint8)), file_format, **options)


def _saved(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def _dark_on_light(page: Page, *, paper: float = 0.96, ink: float = 0.1) -> Plane:
    return paper + (ink - paper) * page.ink


def _noise(page: Page, rng: Generator, deviation: float) -> Plane:
    return rng.normal(0, deviation, page.ink.shape)


def _rectangle(page: Page, box: tuple[float, float, float, float], width: float) -> Plane:
    """`(side, side)` 1 on the outline of `box`, whose lines are `width` pixels wide."""
    image = Image.new("L", (page.side * _FINER,) * 2)
    left, top, right, bottom = (value * _FINER for value in box)
    ImageDraw.Draw(image).rectangle((left, top, right, bottom), outline=255, width=max(1, round(width * _FINER)))
    return np.asarray(image.resize((page.side,) * 2, Image.Resampling.BOX), float) / 255


def _around(page: Page, low: float, high: float, rng: Generator) -> tuple[float, float, float, float]:
    """A box around the ink, its sides `low` to `high` of the page's side away from it, on the page."""
    left, top, right, bottom = page.box()
    near = rng.uniform(low, high, 4) * page.side
    last = page.side - 1.0
    return max(0.0, left - near[0]), max(0.0, top - near[1]), min(last, right + near[2]), min(last, bottom + near[3])


def plain(page: Page, _: Generator) -> bytes:
    """Black on white."""
    return _bytes(1 - page.ink)


def dark_on_light(page: Page, rng: Generator) -> bytes:
    """Dark grey on light grey, with noise."""
    return _bytes(
        _dark_on_light(page, paper=rng.uniform(0.75, 0.95), ink=rng.uniform(0.05, 0.3)) + _noise(page, rng, 0.01)
    )


def light_on_dark(page: Page, rng: Generator) -> bytes:
    """Light ink on a dark page."""
    return _bytes(
        _dark_on_light(page, paper=rng.uniform(0.0, 0.2), ink=rng.uniform(0.75, 1.0)) + _noise(page, rng, 0.01)
    )


def blackboard(page: Page, rng: Generator) -> bytes:
    """Chalk, full of gaps, on a board that was wiped."""
    chalk = page.ink * rng.uniform(0.55, 1.0, page.ink.shape)
    smears = Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).resize((page.side,) * 2)
    wiped = np.asarray(smears, float) / 255
    return _bytes(0.15 + 0.12 * wiped + 0.6 * chalk + _noise(page, rng, 0.02))


def faint_pencil(page: Page, rng: Generator) -> bytes:
    """Pencil, a fifth of the way from white to black."""
    return _bytes(_dark_on_light(page, paper=0.93, ink=0.93 - rng.uniform(0.18, 0.25)) + _noise(page, rng, 0.01))


def tight_crop(page: Page, _: Generator) -> bytes:
    """Cut to the ink itself."""
    left, top, right, bottom = page.box()
    return _bytes(_dark_on_light(page)[top:bottom, left:right])


def uneven_light(page: Page, rng: Generator) -> bytes:
    """A photograph with the lamp at one side, as JPEG."""
    across, down = np.meshgrid(np.linspace(-1, 1, page.side), np.linspace(-1, 1, page.side))
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.75 + 0.25 * (np.cos(angle) * across + np.sin(angle) * down) / np.sqrt(2)
    return _bytes(_dark_on_light(page) * light + _noise(page, rng, 0.02), "JPEG", quality=60)


def edge_line(page: Page, rng: Generator) -> bytes:
    """A dark line of one pixel along one edge."""
    return _bytes(_with_edges(page, [str(rng.choice(["top", "left", "bottom", "right"]))], 1, rng.uniform(0, 0.4)))


def _with_edges(page: Page, edges: list[str], width: int, level: float) -> Plane:
    grey = _dark_on_light(page)
    for edge in edges:
        if edge == "top":
            grey[:width] = level
        elif edge == "bottom":
            grey[-width:] = level
        elif edge == "left":
            grey[:, :width] = level
        else:
            grey[:, -width:] = level
    return grey


def frame(page: Page, rng: Generator) -> bytes:
    """A dark frame of one pixel along all edges."""
    return _bytes(_with_edges(page, ["top", "left", "bottom", "right"], 1, rng.uniform(0, 0.4)))


def table_edges(page: Page, rng: Generator) -> bytes:
    """A cell cut out of a table: its lines run across the picture a few pixels inside, not all of them."""
    grey, width = _dark_on_light(page), max(1, round(page.side * rng.uniform(0.008, 0.02)))
    level = rng.uniform(0.05, 0.5)
    for edge in rng.choice(4, int(rng.integers(1, 4)), replace=False):
        inside = int(rng.integers(0, max(2, page.side // 16)))
        turned = np.rot90(grey, edge)  # a view
        turned[inside : inside + width] = level
    return _bytes(grey)


def scanner_edge(page: Page, rng: Generator) -> bytes:
    """The black band of a scanner's lid along one or two edges, not quite straight."""
    grey = _dark_on_light(page)
    slope = np.linspace(0, rng.uniform(-0.02, 0.02) * page.side, page.side)
    for edge in rng.choice(4, int(rng.integers(1, 3)), replace=False):
        turned = np.rot90(grey, edge)
        width = rng.uniform(0.02, 0.09) * page.side + slope - slope.min()
        turned[np.arange(page.side)[:, None] < width[None, :]] = rng.uniform(0.0, 0.15)
    return _bytes(grey + _noise(page, rng, 0.01))


def form_box(page: Page, rng: Generator) -> bytes:
    """In a form's box, dark as the ink."""
    box = _rectangle(page, _around(page, 0.05, 0.15, rng), rng.uniform(1, 3))
    return _bytes(_dark_on_light(page) - box * rng.uniform(0.4, 0.86))


def touched_box(page: Page, rng: Generator) -> bytes:
    """In a form's box of which the ink touches a side."""
    left, top, right, bottom = _around(page, 0.05, 0.15, rng)
    ink_left, ink_top, ink_right, ink_bottom = page.box()
    match int(rng.integers(4)):
        case 0:
            left = ink_left + page.pen / 3
        case 1:
            top = ink_top + page.pen / 3
        case 2:
            right = ink_right - page.pen / 3
        case _:
            bottom = ink_bottom - page.pen / 3
    box = _rectangle(page, (left, top, right, bottom), rng.uniform(1, 2.5))
    return _bytes(np.minimum(_dark_on_light(page), 0.96 - box * rng.uniform(0.4, 0.7)))


def transparent_corners(page: Page, rng: Generator) -> bytes:
    """A white card with round corners that are transparent."""
    return _on_card(page, (0, 0, page.side - 1, page.side - 1), radius=page.side * rng.uniform(0.05, 0.2))


def transparent_card(page: Page, rng: Generator) -> bytes:
    """A white card in the middle of a transparent picture."""
    return _on_card(page, _around(page, 0.05, 0.12, rng), radius=page.side * rng.uniform(0, 0.04))


def _on_card(page: Page, box: tuple[float, float, float, float], *, radius: float) -> bytes:
    alpha = Image.new("L", (page.side * _FINER,) * 2)
    ImageDraw.Draw(alpha).rounded_rectangle(tuple(v * _FINER for v in box), radius * _FINER, fill=255)
    image = Image.fromarray(((1 - page.ink) * 255).astype(np.uint8)).convert("RGBA")
    image.putalpha(alpha.resize((page.side,) * 2, Image.Resampling.BOX))
    # What is fully transparent has no colour of its own: drawing programs leave it black.
    pixels = np.array(image)
    pixels[pixels[:, :, 3] == 0] = 0
    return _saved(Image.fromarray(pixels))


def transparent_ink(page: Page, rng: Generator) -> bytes:
    """Ink alone, on a transparent page."""
    pixels = np.zeros((page.side, page.side, 4), np.uint8)
    pixels[:, :, :3] = rng.choice(np.array([[0, 0, 0], [255, 255, 255], [200, 30, 30], [30, 60, 160]]))
    pixels[:, :, 3] = page.ink * 255
    pixels[pixels[:, :, 3] == 0] = 0
    return _saved(Image.fromarray(pixels))


def hard_shadow(page: Page, rng: Generator) -> bytes:
    """A shadow with a hard edge across the digit."""
    return _bytes(_dark_on_light(page) * _shadow(page, rng, blur=page.side / 150) + _noise(page, rng, 0.01))


def _shadow(page: Page, rng: Generator, *, blur: float) -> Plane:
    """`(side, side)` share of the light that arrives, where a straight edge near the middle casts a shadow."""
    across, down = np.meshgrid(np.linspace(-1, 1, page.side), np.linspace(-1, 1, page.side))
    angle = rng.uniform(0, 2 * np.pi)
    distance = (np.cos(angle) * across + np.sin(angle) * down - rng.uniform(-0.35, 0.35)) * page.side / 2
    return 1 - (1 - rng.uniform(0.4, 0.65)) / (1 + np.exp(np.clip(-distance / blur, -50, 50)))


def squared_paper(page: Page, rng: Generator) -> bytes:
    """Pencil on squared paper."""
    return _bytes(_on_ruled_paper(page, rng, both=True))


def lined_paper(page: Page, rng: Generator) -> bytes:
    """Pencil on lined paper."""
    return _bytes(_on_ruled_paper(page, rng, both=False))


def _on_ruled_paper(page: Page, rng: Generator, *, both: bool) -> Plane:
    image = Image.new("L", (page.side * _FINER,) * 2)
    draw, step = ImageDraw.Draw(image), page.side * _FINER * rng.uniform(0.09, 0.2)
    width, far, lean = round(_FINER * rng.uniform(0.8, 1.4)), page.side * _FINER, rng.uniform(-0.02, 0.02)
    for place in np.arange(rng.uniform(0, 1) * step - step, far + step, step):
        draw.line((0, place, far, place + lean * far), fill=255, width=width)
        if both:
            draw.line((place, 0, place - lean * far, far), fill=255, width=width)
    lines = np.asarray(image.resize((page.side,) * 2, Image.Resampling.BOX), float) / 255
    paper = rng.uniform(0.85, 0.95)
    grey = paper - lines * rng.uniform(0.12, 0.3)
    pencil = paper - rng.uniform(0.35, 0.5)
    return np.minimum(grey, paper + (pencil - paper) * page.ink) + _noise(page, rng, 0.01)


def neighbour(page: Page, rng: Generator) -> bytes:
    """A piece of the next digit, cut off by the edge."""
    grey, cut = _dark_on_light(page), page.side * rng.uniform(0.05, 0.14)
    left, _, right, _ = page.box()
    turned = page.ink[:, ::-1] if rng.random() < 0.5 else page.ink[::-1]
    other = np.zeros_like(page.ink)
    if rng.random() < 0.5:
        width = int(min(cut, left - 2 * page.pen))
        if width > 1:
            other[:, :width] = np.roll(turned, width - int(np.flatnonzero((turned > 0.3).any(axis=0))[-1]) - 1, 1)[
                :, :width
            ]
    else:
        width = int(min(cut, page.side - right - 2 * page.pen))
        if width > 1:
            start = page.side - width
            shifted = np.roll(turned, start - int(np.flatnonzero((turned > 0.3).any(axis=0))[0]), 1)
            other[:, start:] = shifted[:, start:]
    return _bytes(np.minimum(grey, 0.96 - 0.86 * other))


def red_on_green(page: Page, rng: Generator) -> bytes:
    """Ink that differs from the paper in colour, not in lightness."""
    return _coloured(page, rng, np.array([232, 150, 140.0]), np.array([155, 200, 140.0]))


def blue_on_yellow(page: Page, rng: Generator) -> bytes:
    """A blue pen on a yellow note."""
    return _coloured(page, rng, np.array([50, 70, 170.0]), np.array([245, 225, 110.0]))


def _coloured(page: Page, rng: Generator, ink: NDArray[np.float64], paper: NDArray[np.float64]) -> bytes:
    weights = np.array([0.299, 0.587, 0.114])
    if abs(float((ink - paper) @ weights)) < 40:  # bring both to the same lightness
        ink = ink + float((paper - ink) @ weights)
    rgb = paper + (ink - paper) * page.ink[:, :, None] + rng.normal(0, 2, (*page.ink.shape, 3))
    return _saved(Image.fromarray(rgb.clip(0, 255).astype(np.uint8)))


def _sixteen_bits(page: Page, rng: Generator, bits: int) -> bytes:
    grey = (_dark_on_light(page) + _noise(page, rng, 0.005)).clip(0, 1)
    return _saved(Image.fromarray((grey * (2**bits - 1)).astype(np.uint16)))


def twelve_bits(page: Page, rng: Generator) -> bytes:
    """12 bits in a 16-bit file."""
    return _sixteen_bits(page, rng, 12)


def ten_bits(page: Page, rng: Generator) -> bytes:
    """10 bits in a 16-bit file."""
    return _sixteen_bits(page, rng, 10)


def sixteen_bits(page: Page, rng: Generator) -> bytes:
    """All 16 bits."""
    return _sixteen_bits(page, rng, 16)


def scan_at_600_dpi(page: Page, rng: Generator) -> bytes:
    """Black and white, 17 million pixels and more, the digit small on it."""
    sheet = Image.new("1", (4960, 3600), 1)
    ink = Image.fromarray(((1 - page.ink) * 255).astype(np.uint8)).resize((1000, 1000), Image.Resampling.BICUBIC)
    sheet.paste(ink.point(lambda level: 255 if level > 127 else 0, "1"), tuple(rng.integers(300, 2500, 2).tolist()))
    return _saved(sheet)


def _in_format(file_format: str) -> Kind:
    def kind(page: Page, _: Generator) -> bytes:
        return _bytes(_dark_on_light(page), file_format)

    return kind


KINDS: dict[str, Kind] = {
    "plain": plain,
    "dark on light": dark_on_light,
    "light on dark": light_on_dark,
    "blackboard": blackboard,
    "faint pencil": faint_pencil,
    "tight crop": tight_crop,
    "uneven light, JPEG": uneven_light,
    "16 bits": sixteen_bits,
    "ink on a transparent page": transparent_ink,
    "line of 1 px at an edge": edge_line,
    "frame of 1 px": frame,
    "edges of a table": table_edges,
    "edge of a scanner": scanner_edge,
    "box of a form": form_box,
    "box of a form, touched": touched_box,
    "transparent round corners": transparent_corners,
    "card on a transparent page": transparent_card,
    "hard shadow": hard_shadow,
    "pencil on squared paper": squared_paper,
    "pencil on lined paper": lined_paper,
    "piece of a neighbour": neighbour,
    "red on green, as light": red_on_green,
    "blue on yellow": blue_on_yellow,
    "12 bits in 16": twelve_bits,
    "10 bits in 16": ten_bits,
    "scan at 600 dpi": scan_at_600_dpi,
    "WebP": _in_format("WEBP"),
    "GIF": _in_format("GIF"),
    "BMP": _in_format("BMP"),
    "TIFF": _in_format("TIFF"),
}
