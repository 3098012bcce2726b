"""Connected pieces of a mask, and which of them are not the digit: dust, frames, edges, neighbours."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_DUST: Final = 0.03
"""Share of the largest piece of ink below which another piece is dust."""
_REMAINS: Final = 0.05
"""The same of a piece that runs along the edge, such as a scanner's lid."""
_PART: Final = 0.6
"""Of a piece that touches the edge, the share that the largest piece inside the picture has to have, for the former to
be a part of something else."""
_NEAR: Final = 0.15
"""Of the height of a digit, between it and another piece of it above or below."""
_ALL: Final = 0.9
"""Share of the picture's width or height that a table's line or a scanner's edge takes."""
_MOST: Final = 40
"""Pieces that are looked at, largest first; a digit has a few, and a sheet full of dots is none."""
_GRID: Final = 128
"""Cells along the longer side on which connected pieces are separated."""
_RIM: Final = 0.06
"""Share of the picture's side: what is wholly so near an edge is a part of the edge."""


def digit_pieces(ink: Mask) -> Mask:
    """`(height, width)` where the digit may be: without dust, frames around it, and what comes in from the edge.

    What touches the edge of the picture is left out where another piece does not; so is a piece with straight sides
    around another one. A digit that fills the picture stays.
    """
    labels, counts = pieces(ink)
    return enlarged(_kept(labels, counts)[labels], ink.shape)


def pieces(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Connected pieces on a grid of at most `_GRID` cells along the longer side, which bounds the work.

    Returns:
        `(rows, columns)` number of the piece each cell belongs to, 0 where the mask is False, and the pixels in it
        where the mask is True. `enlarged` turns cells into pixels again.
    """
    cell = _cell(mask.shape)
    padded = np.pad(mask, [(0, -side % cell) for side in mask.shape])
    counts = padded.reshape(padded.shape[0] // cell, cell, -1, cell).sum(axis=(1, 3))
    return connected(counts > 0), counts


def enlarged(cells: Mask, shape: tuple[int, ...]) -> Mask:
    """`shape` pixels: True in the cells that are."""
    cell = _cell(shape)
    return np.repeat(np.repeat(cells, cell, axis=0), cell, axis=1)[: shape[0], : shape[1]]


def _cell(shape: tuple[int, ...]) -> int:
    return -(-max(shape) // _GRID)


def _kept(labels: NDArray[np.intp], counts: NDArray[np.intp]) -> Mask:
    """`(pieces + 1,)`: which labels are the digit's."""
    areas = np.bincount(labels.ravel(), weights=counts.ravel())
    areas[0] = 0
    kept = areas >= _DUST * areas.max()
    kept[0] = False
    largest = np.flatnonzero(kept)[np.argsort(-areas[kept], kind="stable")][:_MOST]
    boxes = {int(piece): Box(labels == piece) for piece in largest}
    for piece, box in sorted(boxes.items(), key=lambda item: -areas[item[0]]):
        inside = [other for other, its in boxes.items() if other != piece and kept[other] and its.within(box)]
        if box.is_frame() and inside and max(areas[other] for other in inside) > 0:
            kept[piece] = False
    inner = [piece for piece, box in boxes.items() if kept[piece] and not box.touches]
    if inner:
        main = max(inner, key=lambda piece: areas[piece])
        for piece, box in boxes.items():
            if box.along_edge():
                kept[piece] &= areas[main] < _REMAINS * areas[piece]
            elif box.touches and not box.above(boxes[main]):
                kept[piece] &= areas[main] < _PART * areas[piece]
    rim = [piece for piece, box in boxes.items() if kept[piece] and box.in_rim()]
    if any(kept[piece] for piece in boxes if piece not in rim):
        kept[rim] = False
    return kept & (areas >= _DUST * areas[kept].max(initial=0))


class Box:
    """Where a piece is: `mask` is True on it."""

    def __init__(self, mask: Mask) -> None:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        self.top, self.bottom, self.left, self.right = rows[0], rows[-1], columns[0], columns[-1]
        self.shape = mask.shape
        self.mask = mask[self.top : self.bottom + 1, self.left : self.right + 1]
        self.touches = (
            self.top == 0 or self.left == 0 or self.bottom == mask.shape[0] - 1 or self.right == mask.shape[1] - 1
        )

    def within(self, other: Box) -> bool:
        """Whether it is inside of the other."""
        return bool(
            self.top > other.top and self.bottom < other.bottom and self.left > other.left and self.right < other.right
        )

    def in_rim(self) -> bool:
        """Whether all of it is next to one edge of the picture."""
        height, width = self.shape
        rim = max(2.0, _RIM * max(height, width))
        return self.touches and bool(
            self.bottom < rim or self.right < rim or self.top >= height - rim or self.left >= width - rim
        )

    def along_edge(self) -> bool:
        """Whether it runs along all of the picture's width or height, or is next to one edge."""
        height, width = self.shape
        return self.touches and bool(
            self.in_rim() or self.right - self.left >= _ALL * width - 1 or self.bottom - self.top >= _ALL * height - 1
        )

    def above(self, other: Box) -> bool:
        """Whether it is directly above or below the other, as the bar of a five is."""
        overlap = min(self.right, other.right) - max(self.left, other.left)
        gap = max(self.top - other.bottom, other.top - self.bottom)
        return bool(overlap >= 0.5 * (self.right - self.left) and gap <= _NEAR * max(other.mask.shape))

    def is_frame(self) -> bool:
        """Whether at least three of its four sides are straight lines all along."""
        height, width = self.mask.shape
        deep_y, deep_x = max(1, round(0.1 * height)), max(1, round(0.1 * width))
        sides = (
            self.mask[:deep_y].any(axis=0).mean(),
            self.mask[-deep_y:].any(axis=0).mean(),
            self.mask[:, :deep_x].any(axis=1).mean(),
            self.mask[:, -deep_x:].any(axis=1).mean(),
        )
        return sum(side >= 0.85 for side in sides) >= 3


def connected(cells: Mask) -> NDArray[np.intp]:
    """`(height, width)` number of the piece each cell belongs to, 1 and up, corners touching; 0 where there is none.

    Every cell takes the largest number around it until nothing changes; jumping along the numbers themselves
    (`labels[labels]`) makes that take a handful of rounds even for a spiral.
    """
    height, width = cells.shape
    labels = np.arange(1, cells.size + 1).reshape(cells.shape) * cells
    while True:
        padded = np.pad(labels, 1)
        around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
        spread = np.maximum.reduce(around) * cells
        spread = np.concatenate(([0], spread.ravel()))[spread]
        if np.array_equal(spread, labels):
            break
        labels = spread
    return np.unique(labels, return_inverse=True)[1].reshape(cells.shape) if not cells.all() else np.ones_like(labels)
