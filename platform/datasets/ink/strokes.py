"""Ink as strokes: what a pen left, checked and measured in the canvas's own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.errors import EmptyInkError, InkError

MAX_STROKES = 256
MAX_POINTS = 20_000
MAX_COORDINATE = 1e9
"""Canvas units; beyond it the differences between points lose their meaning."""

Strokes = Sequence[Sequence[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Ink:
    """A drawing's points in order, and where each stroke begins.

    Attributes:
        points: `(n, 2)` float64, x to the right and y down, canvas units; n >= 1.
        starts: `(strokes,)` indices of the first point of each stroke, the first being 0.
    """

    points: NDArray[np.float64]
    starts: NDArray[np.intp]

    def lengths(self) -> NDArray[np.float64]:
        """`(n - 1,)` ink between each point and the next, canvas units; 0 where the pen was lifted."""
        steps = np.diff(self.points, axis=0)
        lengths = np.sqrt(np.einsum("ij,ij->i", steps, steps))
        lengths[self.starts[1:] - 1] = 0.0
        return lengths

    def ends(self) -> NDArray[np.float64]:
        """`(2 strokes, 2)` first and last point of each stroke, canvas units."""
        last = np.append(self.starts[1:], len(self.points)) - 1
        return self.points[np.concatenate((self.starts, last))]


def ink_from_strokes(strokes: Strokes) -> Ink:
    """The ink of `strokes`, empty strokes left out.

    Raises:
        EmptyInkError: no stroke has a point.
        InkError: not strokes of (x, y) points, not finite, or more than the caps allow.
    """
    if isinstance(strokes, str | bytes) or not isinstance(strokes, Sequence | np.ndarray):
        raise InkError(f"expected a list of strokes, got {type(strokes).__name__}")
    if len(strokes) > MAX_STROKES:
        raise InkError(f"expected at most {MAX_STROKES} strokes, got {len(strokes)}")
    drawn = [stroke for stroke in strokes if _point_count(stroke)]
    if not drawn:
        raise EmptyInkError("nothing drawn: expected at least one point, got none")
    counts = [len(stroke) for stroke in drawn]
    if sum(counts) > MAX_POINTS:
        raise InkError(f"expected at most {MAX_POINTS} points, got {sum(counts)}")
    return Ink(_points(drawn), np.cumsum([0, *counts[:-1]], dtype=np.intp))


def _point_count(stroke: Sequence[tuple[float, float]]) -> int:
    try:
        return len(stroke)
    except TypeError:
        raise InkError(f"expected a stroke to be a list of [x, y] points, got {type(stroke).__name__}") from None


def _points(strokes: Sequence[Sequence[tuple[float, float]]]) -> NDArray[np.float64]:
    try:
        points = np.concatenate([np.asarray(stroke) for stroke in strokes])
    except (ValueError, OverflowError) as error:
        raise InkError(f"expected every point to be two numbers [x, y]: {error}") from None
    if points.ndim != 2 or points.shape[1] != 2:
        raise InkError(f"expected every point to be two numbers [x, y], got an array of shape {points.shape}")
    if points.dtype.kind not in "iuf":
        raise InkError(f"expected every point to be two numbers [x, y], got {points.dtype} values")
    points = points.astype(np.float64, copy=False)
    largest = np.abs(points).max()
    if not largest <= MAX_COORDINATE:  # not: so that NaN fails too
        raise InkError(f"expected finite coordinates up to {MAX_COORDINATE:g} either way, got {largest}")
    return points
