"""The ruler: digits that real people drew with a pen, set on a canvas as a user would draw them.

A file named by DIGITLAB_STROKES, gzipped, a JSON object per line: `id`, `label` and `strokes`, whose ink is 1 long on
its longer side, y down. It measures; nothing may be trained on it.
"""

import gzip
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

CANVAS = 280
"""Pixels along each side of the canvas."""
BRUSHES = (10, 16, 24)
"""Pixels across."""
SIZES = (0.4, 0.8)
"""Least and greatest longer side of the ink, its width included, as a share of the canvas."""
_FINER = 4

Stroke = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit as it was drawn.

    Attributes:
        source: where it comes from: the part of its id before the first hyphen.
        label: 0 to 9.
        strokes: `(n, 2)` points each, the longer side of all ink being 1.
    """

    source: str
    label: int
    strokes: tuple[NDArray[np.float64], ...]

    def on_canvas(self, *, brush: float, sizes: tuple[float, float], rng: np.random.Generator) -> list[Stroke]:
        """The strokes in canvas pixels: of a random size between `sizes`, anywhere on the canvas."""
        points = np.concatenate(self.strokes)
        corner, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = (rng.uniform(*sizes) * CANVAS - brush) / max(float(extent.max()), 1e-6)
        place = rng.uniform(0, 1, 2) * (CANVAS - brush - extent * scale) + brush / 2
        return [[(float(x), float(y)) for x, y in (stroke - corner) * scale + place] for stroke in self.strokes]


def load_digits() -> list[Digit]:
    """All digits of the file that DIGITLAB_STROKES names.

    Raises:
        SystemExit: it names none.
    """
    path = os.environ.get("DIGITLAB_STROKES")
    if not path or not Path(path).is_file():
        raise SystemExit("DIGITLAB_STROKES must name a gzipped file of pen strokes, a JSON object per line")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_digit(json.loads(line)) for line in lines]


def _digit(row: dict[str, object]) -> Digit:
    strokes = tuple(np.array(stroke, dtype=np.float64).reshape(-1, 2) for stroke in row["strokes"])  # type: ignore[attr-defined]
    return Digit(str(row["id"]).split("-")[0], int(str(row["label"])), strokes)


def painted(strokes: list[Stroke], *, brush: float) -> bytes:
    """A PNG of the canvas, white on black, painted with a round brush."""
    image = Image.new("L", (CANVAS * _FINER, CANVAS * _FINER))
    pen, radius = ImageDraw.Draw(image), brush * _FINER / 2
    for stroke in strokes:
        points = [(x * _FINER, y * _FINER) for x, y in stroke]
        if len(points) > 1:
            pen.line(points, fill=255, width=round(2 * radius))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    buffer = io.BytesIO()
    image.resize((CANVAS, CANVAS), Image.Resampling.BOX).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
