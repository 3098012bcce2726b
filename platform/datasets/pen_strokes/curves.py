"""The lines that digits are made of: control points, arcs, and the smooth curve that a pen draws through them."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Stroke = list[Point]
"""Control points in order, x right and y down, a digit about 1 high. A point given twice is a sharp corner."""

_PIECES = 6
_T = np.arange(_PIECES)[:, None] / _PIECES
# The cubic through p1 and p2 whose slope at each is that between its neighbours (Catmull and Rom, 1974).
_CATMULL_ROM = 0.5 * np.hstack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, _T**3 - _T**2]
)


def arc(centre: Point, radii: Point, start: float, end: float, *, drift: float = 0.0, points: int = 0) -> Stroke:
    """Points along an ellipse, from angle `start` to `end` in degrees: 0 is right, 90 down, growing clockwise.

    Args:
        centre: of the ellipse.
        radii: across and down.
        start: first angle, degrees.
        end: last angle, degrees; below `start` to go counterclockwise.
        drift: share by which the radii have grown at the end: the arc is a spiral.
        points: how many; by default one every 45 degrees or less.
    """
    count = points or max(3, int(abs(end - start) / 45) + 2)
    stroke = []
    for step in range(count):
        share = step / (count - 1)
        angle, size = radians(start + (end - start) * share), 1 + drift * share
        stroke.append((centre[0] + radii[0] * size * cos(angle), centre[1] + radii[1] * size * sin(angle)))
    return stroke


def corner(x: float, y: float) -> Stroke:
    """A sharp turn."""
    return [(x, y), (x, y)]


def tilted(stroke: Stroke, tilt: float, about: float) -> Stroke:
    """The stroke with its right side raised by `tilt` for every unit of x beyond `about`, and its left side lowered."""
    return [(x, y - tilt * (x - about)) for x, y in stroke]


def smooth(controls: NDArray[np.float64] | Sequence[Point]) -> NDArray[np.float64]:
    """`(6 n - 5, 2)` points of the smooth curve through the `(n, 2)` controls."""
    p = np.asarray(controls, dtype=np.float64)
    if len(p) < 3:
        return p
    padded = np.concatenate((p[:1], p, p[-1:]))
    windows = np.stack((padded[:-3], padded[1:-2], padded[2:-1], padded[3:]), axis=1)
    return np.concatenate(((_CATMULL_ROM @ windows).reshape(-1, 2), p[-1:]))
