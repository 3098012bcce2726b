"""Paint ink as MNIST shows it: 28x28, the ink's box fitted to 20x20, its centre of mass in the middle.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998): digits were "size
normalized to fit in a 20x20 pixel box while preserving their aspect ratio" and "centered in a 28x28 image by computing
the center of mass of the pixels". Instead of shrinking a painted canvas, the strokes are painted where they belong, at
one standard width: so place, size and brush cannot be seen in the result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.ink.strokes import Ink
from nnlib.shape import SIDE

BOX = 20.0
"""Pixels along the longer side of the ink."""
PEN_WIDTH = 0.113 * BOX
"""Pixels: the median width of MNIST's own strokes, 0.113 of the longer side of the ink."""

_SMALLEST = 1e-150
"""Canvas units: ink of no larger extent is a dot, because squares and inverses of such lengths are lost."""
_STEP = 0.6
"""Pixels between painted dots: they narrow a stroke of `PEN_WIDTH` by at most 0.04 pixels on either side."""
_MANY_DOTS = 400
"""From here on a scribble covers itself, and of dots that all but coincide one is enough."""
_LONGEST = 6_000.0
"""Pixels of ink beyond which dots are set further apart, to bound the work."""
_PIXEL_CENTRES = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)


def rasterize(ink: Ink, *, brush: float | None = None, pen_width: float = PEN_WIDTH) -> NDArray[np.float32]:
    """`(28, 28)` share of each pixel that is ink, in [0, 1].

    Args:
        ink: what was drawn, in canvas units.
        brush: diameter of the brush in canvas units. It matters only to ink no longer than the brush is wide: that is
            a blot and is painted as one. Ink without any extent is a round blot whatever the brush.
        pen_width: pixels, of the painted stroke.
    """
    corner = ink.points.min(axis=0)
    extent = float((ink.points - corner).max())
    extent = extent if extent > _SMALLEST else 0.0
    blot = brush if brush and brush > extent else 0.0
    if extent == 0.0 or blot:
        pen_width = BOX * (blot / (blot + extent) if blot else 1.0)
    # Half a pen's width sticks out of the points' own box on either side, and belongs to the ink's box.
    scale = (BOX - pen_width) / extent if extent else 0.0
    dots, middle = _dots(ink, scale)
    dots += SIDE / 2 - middle
    # The mean of the dots is not yet the centre of mass of the ink: lines that cross or touch count once. An image of
    # half the size shows the distance.
    dots -= 2 * _off_centre(_coverage(dots / 2, pen_width / 4, side=SIDE // 2))
    return _coverage(dots, pen_width / 2, side=SIDE)


def _dots(ink: Ink, scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`(n, 2)` dots along the strokes, `_STEP` pixels apart, and their mean, in pixels from the first point."""
    points = (ink.points - ink.points[0]) * scale
    travelled = np.concatenate(([0.0], np.cumsum(ink.lengths() * scale)))
    ends = (ink.ends() - ink.points[0]) * scale
    if travelled[-1] == 0.0:
        return ends, ends.mean(axis=0)
    count = int(min(travelled[-1], _LONGEST) / _STEP) + 1
    places = (np.arange(count) + 0.5) * (travelled[-1] / count)
    dots = np.stack([np.interp(places, travelled, points[:, axis]) for axis in (0, 1)], axis=1)
    middle = dots.mean(axis=0)
    dots = np.concatenate((dots, ends))
    if len(dots) > _MANY_DOTS:
        _, kept = np.unique(np.floor(dots / _STEP), axis=0, return_index=True)
        dots = dots[kept]
    return dots, middle


def _coverage(dots: NDArray[np.float64], radius: float, *, side: int) -> NDArray[np.float32]:
    """`(side, side)` share of each pixel within `radius` pixels of the nearest of the `(n, 2)` dots.

    The share is taken from the distance of the pixel's centre to the edge of the ink, exact for a straight edge along
    the grid.
    """
    across, down = np.square(_PIXEL_CENTRES[:side] - dots.astype(np.float32).T[:, :, None])
    distance = np.sqrt((down[:, :, None] + across[:, None, :]).min(axis=0))
    image: NDArray[np.float32] = np.minimum(np.maximum(np.float32(radius + 0.5) - distance, 0), 1)
    return image


def _off_centre(image: NDArray[np.float32]) -> NDArray[np.float64]:
    """`(2,)` pixels (x, y) from the middle of the square `image` to its centre of mass."""
    centres, mass = _PIXEL_CENTRES[: len(image)], float(image.sum())
    centre_of_mass = np.array([image.sum(axis=0) @ centres, image.sum(axis=1) @ centres], dtype=np.float64) / mass
    return centre_of_mass - len(image) / 2
