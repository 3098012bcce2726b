"""Straight thin lines that are not ink: ruled and squared paper, and the boxes of a form."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from datasets.ink.paper import sliding
from datasets.ink.pieces import Box, connected

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

_THICKEST: Final = 0.035
"""Share of the longer side of the picture: what is thicker is no ruling."""
_RULING: Final = 0.65
"""Share of the picture's width or height that a ruling runs in one piece; it must reach both edges."""
_BOX_SIDE: Final = 0.2
"""Share of the longer side of the picture that the side of a form's box runs in one piece."""
_LEAN: Final = 0.025
"""Pixels that a line may rise or fall on one pixel along it, to either side."""
_DARKEST: Final = 1.6
"""Times the contrast of a line: what is darker on it is ink."""
_FAINTEST: Final = 0.05
"""Contrast below which a line is noise."""


class _Lines(NamedTuple):
    """The nearly horizontal lines of a picture.

    Attributes:
        near: `(height, width)` what is near a line that runs from edge to edge.
        ruled: `(height, width)` what is on such a line, and no stroke that crosses it.
        sides: `(height, width)` what is on any line long enough for the side of a box.
        darkest: contrast of the darkest ruling; what is darker is ink.
    """

    near: Mask
    ruled: Mask
    sides: Mask
    darkest: float


def without_rulings(contrast: Plane) -> Plane:
    """`(height, width)` contrast with the paper without rulings and boxes.

    A pixel is on a line if a long straight run of contrast passes through it and what it belongs to is thin across the
    run (a top-hat transform): where a stroke crosses the line, it is not thin there, and stays.
    """
    longer = max(contrast.shape)
    if min(contrast.shape) < 3 * _THICKEST * longer:
        return contrast
    rows, columns = _lines(contrast, longer), _lines(contrast.T, longer)
    # Where two lines cross, neither is thin.
    crossings = rows.near & columns.near.T & (contrast <= max(rows.darkest, columns.darkest))
    ruled = rows.ruled | columns.ruled.T | crossings
    boxes = _frames((rows.sides | columns.sides.T) & ~ruled)
    cleaned: Plane = np.where(ruled | boxes, np.float32(0), contrast)
    return cleaned


def _lines(contrast: Plane, longer: int) -> _Lines:
    floor = max(_FAINTEST, 0.15 * float(np.percentile(contrast, 99.5)))
    thin = contrast - _opening(contrast, round(_THICKEST * longer) + 1, axis=0)
    near = _spanning(_run(contrast, round(_RULING * contrast.shape[1])) >= floor)
    ruled, darkest = _thin_part(contrast, thin, near)
    sides, _ = _thin_part(contrast, thin, _run(contrast, round(_BOX_SIDE * longer)) >= floor)
    return _Lines(near, ruled, sides, darkest)


def _run(contrast: Plane, length: int) -> Plane:
    """The least contrast along the best nearly horizontal run of `length` pixels through each pixel."""
    lean = 1 + round(_LEAN * length / 2)
    return _opening(sliding(contrast, 2 * lean + 1, np.maximum, axes=(0,)), length, axis=1)


def _spanning(runs: Mask) -> Mask:
    """Those runs that reach from the left edge to the right one."""
    labels = connected(runs)
    both = np.intersect1d(labels[:, 0], labels[:, -1])
    spanning: Mask = np.isin(labels, both[both > 0])
    return spanning


def _thin_part(contrast: Plane, thin: Plane, near: Mask) -> tuple[Mask, float]:
    """What is thin near a line, and neither much darker nor much thicker than most of it; and the darkest contrast."""
    on_line: Mask = near & (thin >= np.maximum(0.5 * contrast, 0.5 * _FAINTEST))
    if not on_line.any():
        return on_line, 0.0
    darkest = _DARKEST * float(np.median(contrast[on_line]))
    on_line &= contrast <= darkest
    crossings = np.count_nonzero(on_line[0]) + np.count_nonzero(on_line[1:] & ~on_line[:-1])
    thickest = round(1.5 * np.count_nonzero(on_line) / max(1, crossings)) + 2
    return on_line & (_opening(on_line.astype(np.float32), thickest, axis=0) < 0.5), darkest


def _frames(lines: Mask) -> Mask:
    """Those pieces that are the outline of a box."""
    labels, side = connected(lines), _BOX_SIDE * max(lines.shape)
    large = np.flatnonzero(np.bincount(labels.ravel())[1:] >= 3 * side) + 1
    boxes = {piece: Box(labels == piece) for piece in large}
    frames = [piece for piece, box in boxes.items() if min(box.mask.shape) >= side and box.is_frame()]
    found: Mask = np.isin(labels, frames)
    return found


def _opening(plane: Plane, length: int, *, axis: int) -> Plane:
    """What is at least `length` pixels long along `axis`; nothing goes on beyond the edge of the picture."""
    shrunk = sliding(plane, length, np.minimum, axes=(axis,), beyond=0.0)
    return sliding(shrunk, length, np.maximum, axes=(axis,), beyond=0.0, backwards=True)
