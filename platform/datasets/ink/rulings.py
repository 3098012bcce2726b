"""Straight thin lines that are not ink: ruled and squared paper, and the boxes of a form."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from datasets.ink.paper import sliding
from datasets.ink.pieces import Box, enlarged, pieces

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

THICKEST_LINE: Final = 0.035
"""Share of the longer side of the picture: what is thicker is no ruling."""
_RULING: Final = 0.65
"""Share of the picture's width or height that a ruling runs in one piece; it must reach both edges."""
_BOX_SIDE: Final = 0.2
"""Share of the longer side of the picture that the side of a form's box runs in one piece."""
_LEAN: Final = 0.025
"""Pixels that a line may rise or fall on one pixel along it, to either side."""
_DARKEST: Final = 1.6
"""Times the contrast of a line: what is darker on it is ink."""
_SEVERAL: Final = 3
"""Lines from edge to edge that are as dark as the ink: one or two may be strokes of a digit that fills the picture."""
_JOINED: Final = 7
"""Pixels between the sides of a box, at its corners."""
_SMALLEST: Final = 16
"""Pixels: in a smaller picture nothing is long and thin."""
_FAINTEST: Final = 0.05
"""Contrast below which a line is noise."""


class _Lines(NamedTuple):
    """Nearly horizontal lines of at least some length.

    Attributes:
        near: `(height, width)` what is near a line.
        on: `(height, width)` what is on a line, and no stroke that crosses it.
        darkest: contrast of the darkest line; what is darker is ink.
    """

    near: Mask
    on: Mask
    darkest: float


def without_rulings(contrast: Plane) -> Plane:
    """`(height, width)` contrast with the paper without rulings and boxes.

    A pixel is on a line if a long straight run of contrast passes through it and what it belongs to is thin across the
    run (a top-hat transform): where a stroke crosses the line, it is not thin there, and stays.
    """
    longer = max(contrast.shape)
    if min(contrast.shape) < max(_SMALLEST, 3 * THICKEST_LINE * longer):
        return contrast
    ruled = _ruled(contrast)
    rows, columns = (_lines(turned, _BOX_SIDE * longer) for turned in (contrast, contrast.T))
    sides = (rows.on | columns.on.T) & ~ruled
    frames = _frames(sliding(sides.astype(np.float32), _JOINED, np.maximum) > 0)
    boxes = _on_either(contrast, rows, columns) & frames
    cleaned: Plane = np.where(ruled | boxes, np.float32(0), contrast)
    return cleaned


def _ruled(contrast: Plane) -> Mask:
    """What is on lines from edge to edge: on several of them, or on one that is paler than the ink."""
    rows, columns = (_lines(turned, _RULING * turned.shape[1], spanning=True) for turned in (contrast, contrast.T))
    count = sum(int(pieces(lines.near)[0].max()) for lines in (rows, columns))
    if count < _SEVERAL and max(rows.darkest, columns.darkest) > contrast.max():
        return np.zeros(contrast.shape, dtype=bool)
    return _on_either(contrast, rows, columns)


def _on_either(contrast: Plane, rows: _Lines, columns: _Lines) -> Mask:
    """What is on a line: where two of them cross, neither is thin."""
    crossings = rows.near & columns.near.T & (contrast <= max(rows.darkest, columns.darkest))
    on_either: Mask = rows.on | columns.on.T | crossings
    return on_either


def _lines(contrast: Plane, length: float, *, spanning: bool = False) -> _Lines:
    """Nearly horizontal lines of at least `length` pixels; `spanning`: only those from edge to edge."""
    floor = max(_FAINTEST, 0.15 * float(np.percentile(contrast, 99.5)))
    near: Mask = _run(contrast, round(length)) >= floor
    if spanning:
        near = _spanning(near)
    thin = contrast - _opening(contrast, round(THICKEST_LINE * max(contrast.shape)) + 1, axis=0)
    on_line: Mask = near & (thin >= np.maximum(0.5 * contrast, 0.5 * _FAINTEST))
    if not on_line.any():
        return _Lines(near, on_line, 0.0)
    across = sliding(contrast, 5, np.maximum, axes=(0,))  # the middle of a line, whose edges are paler
    darkest = _DARKEST * float(np.median(across[on_line]))
    on_line &= contrast <= darkest
    crossings = int(on_line[0].sum()) + int((on_line[1:] & ~on_line[:-1]).sum())
    thickest = round(1.5 * int(on_line.sum()) / max(1, crossings)) + 2
    return _Lines(near, on_line & (_opening(on_line.astype(np.float32), thickest, axis=0) < 0.5), darkest)


def _run(contrast: Plane, length: int) -> Plane:
    """The least contrast along the best nearly horizontal run of `length` pixels through each pixel."""
    lean = 1 + round(_LEAN * length / 2)
    return _opening(sliding(contrast, 2 * lean + 1, np.maximum, axes=(0,)), length, axis=1)


def _spanning(runs: Mask) -> Mask:
    """Those runs that reach from the left edge to the right one."""
    labels, _ = pieces(runs)
    both = np.intersect1d(labels[:, 0], labels[:, -1])
    return runs & enlarged(np.isin(labels, both[both > 0]), runs.shape)


def _frames(lines: Mask) -> Mask:
    """Those pieces that are the outline of a box."""
    labels, _ = pieces(lines)
    side = _BOX_SIDE * max(labels.shape)
    large = np.flatnonzero(np.bincount(labels.ravel())[1:] >= 3 * side) + 1
    boxes = {piece: Box(labels == piece) for piece in large}
    frames = [piece for piece, box in boxes.items() if min(box.mask.shape) >= side and box.is_frame()]
    return enlarged(np.isin(labels, frames), lines.shape)


def _opening(plane: Plane, length: int, *, axis: int) -> Plane:
    """What is at least `length` pixels long along `axis`; nothing goes on beyond the edge of the picture."""
    shrunk = sliding(plane, length, np.minimum, axes=(axis,), beyond=0.0)
    return sliding(shrunk, length, np.maximum, axes=(axis,), beyond=0.0, backwards=True)
