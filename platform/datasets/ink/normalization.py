"""Shrink found ink to MNIST's 28x28, its strokes brought to the standard width, or near it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from datasets.ink.distance_transform import signed_distance
from datasets.ink.rasterization import BOX, PEN_WIDTH
from nnlib.shape import SIDE

_CELLS = 4
"""Cells along a pixel's side: the width is corrected on a grid this much finer than the image."""
_WIDE = 1.4 * PEN_WIDTH
_KEPT = 0.6
"""Of a width beyond `_WIDE` pixels, this share stays. Where so thick a brush has closed a loop, thinning cannot open it
again and takes the rest away: of digits 112 px high, painted 32 px wide, 77 % were read, and with this 93 %."""
_WIDEST = 0.7
"""Share of the ink's longer side: that of a disc, by the rule below, is 2/3, and no ink is wider."""


def normalize(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(28, 28)` share of each pixel that is ink, in [0, 1], of a `(height, width)` picture of it that has some."""
    rows, columns = (np.flatnonzero((ink >= 0.5).any(axis=axis)) for axis in (1, 0))
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = max(tight.shape)
    # The strokes' width is measured on cells; a strip's mean distance to its edge is a quarter of its width.
    cells = _resized(tight, BOX * _CELLS / longer, margin=2)
    inside = signed_distance(_solid(cells))
    width = min(4 * float(inside[inside > 0].mean()) / _CELLS, _WIDEST * BOX)
    pen_width = PEN_WIDTH + _KEPT * max(0.0, width - _WIDE)
    scale = (BOX - pen_width) / (BOX - width)
    cells = _resized(tight, BOX * _CELLS * scale / longer, margin=4 * _CELLS)
    distance = signed_distance(_solid(cells))
    # However uneven the strokes are, the widest place keeps a pen's width.
    edge = min((width * scale - pen_width) / 2 * _CELLS, float(distance.max()) - pen_width / 2 * _CELLS)
    return _placed(np.clip(distance - edge + 0.5, 0, 1))


def _solid(cells: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The cells that are ink: half covered, or, where fine dots leave all cells paler, half as much as the fullest."""
    return cells >= 0.5 * min(1.0, float(cells.max()))


def _resized(ink: NDArray[np.float32], factor: float, *, margin: int) -> NDArray[np.float32]:
    height, width = (max(1, round(side * factor)) for side in ink.shape)
    image = Image.fromarray(ink).resize(
        (width, height), Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
    )
    return np.pad(np.asarray(image), margin)


def _placed(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(28, 28)`: the cells shrunk by area to pixels, their centre of mass in the middle."""
    mass = float(cells.sum())
    x = float(cells.sum(axis=0) @ (np.arange(cells.shape[1]) + 0.5)) / mass
    y = float(cells.sum(axis=1) @ (np.arange(cells.shape[0]) + 0.5)) / mass
    half = SIDE * _CELLS // 2
    around = np.pad(cells, half)
    box = (x, y, x + 2 * half, y + 2 * half)
    image = Image.fromarray(around).resize((SIDE, SIDE), Image.Resampling.BOX, box=box)
    pixels: NDArray[np.float32] = np.clip(np.asarray(image), 0, 1)
    return pixels
