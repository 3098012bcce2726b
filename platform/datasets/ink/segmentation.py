"""Find the ink in a picture: which way round it is, how the light falls, and what is only dust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.errors import EmptyInkError

LEAST_CONTRAST = 0.12
"""Luminance between ink and paper; below it ink cannot be distinguished from a blank page."""
_DUST = 0.03
"""Share of the largest piece of ink below which another piece is dust."""
_FITTED_SIDE = 96
"""Pixels sampled along the longer side to fit the paper's surface."""
_GRID = 128
"""Cells along the longer side on which connected components are separated."""


def segment_ink(luminance: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(height, width)` share of each pixel that is ink, in [0, 1], of `luminance` in [0, 1].

    Ink is what differs from the paper, darker or lighter, whichever differs more. Otsu's threshold ("A threshold
    selection method from gray-level histograms", 1979) lies in the middle of a ramp, so that soft edges stay soft.

    Raises:
        EmptyInkError: the picture is blank, or its contrast is below `LEAST_CONTRAST`.
    """
    difference = luminance - _paper(luminance)
    darker, lighter = np.maximum(-difference, 0), np.maximum(difference, 0)
    contrast = darker if np.square(darker).sum() > np.square(lighter).sum() else lighter
    threshold, ink_level, paper_level = _otsu(contrast)
    if ink_level - paper_level < LEAST_CONTRAST:
        raise EmptyInkError(
            f"nothing drawn: expected ink that differs from the paper by {LEAST_CONTRAST} or more of the way from "
            f"black to white, got {ink_level - paper_level:.3f}"
        )
    ink: NDArray[np.float32] = np.clip(0.5 + (contrast - threshold) / (ink_level - paper_level), 0, 1)
    ink *= _without_dust(contrast > threshold)
    return ink


def _paper(luminance: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(height, width)` luminance of the paper: a curved surface fitted to the pixels that agree with the border."""
    border = np.concatenate((luminance[0], luminance[-1], luminance[:, 0], luminance[:, -1]))
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in luminance.shape)
    stride = -(-max(luminance.shape) // _FITTED_SIDE)
    sample, terms = luminance[::stride, ::stride], _surface_terms(x[None, ::stride], y[::stride, None])
    coefficients = np.array([np.median(border), 0, 0, 0, 0, 0], dtype=np.float32)
    for tolerance in (0.25, 0.15, 0.1):
        agrees = np.abs(sample - terms @ coefficients) < tolerance
        if agrees.sum() < 0.2 * sample.size:
            break
        coefficients = np.linalg.lstsq(terms[agrees], sample[agrees], rcond=None)[0].astype(np.float32)
    paper: NDArray[np.float32] = _surface_terms(x[None, :], y[:, None]) @ coefficients
    return paper


def _surface_terms(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(height, width, 6)` terms of a quadratic surface over `x` `(1, width)` and `y` `(height, 1)`."""
    terms = (np.ones_like(x), x, y, x * y, x * x, y * y)
    return np.stack([term + 0 * x * y for term in terms], axis=2)


def _otsu(values: NDArray[np.float32]) -> tuple[float, float, float]:
    """Threshold of largest variance between the classes, and the mean above and below it, of `values` in [0, 1]."""
    counts, edges = np.histogram(values, bins=128, range=(0.0, 1.0))
    centres = (edges[1:] + edges[:-1]) / 2
    below, sum_below = np.cumsum(counts)[:-1], np.cumsum(counts * centres)[:-1]
    above, sum_above = values.size - below, (counts * centres).sum() - sum_below
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = below * above * np.square(sum_above / above - sum_below / below)
    best = int(np.argmax(np.nan_to_num(spread, posinf=0.0)))
    if not below[best] or not above[best]:
        return float(edges[best + 1]), 0.0, 0.0
    return float(edges[best + 1]), float(sum_above[best] / above[best]), float(sum_below[best] / below[best])


def _without_dust(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`(height, width)` where ink may stay: everywhere but in pieces far smaller than the largest."""
    cell = -(-max(ink.shape) // _GRID)
    padded = np.pad(ink, [(0, -side % cell) for side in ink.shape])
    counts = padded.reshape(padded.shape[0] // cell, cell, -1, cell).sum(axis=(1, 3))
    labels = _pieces(counts > 0)
    areas = np.bincount(labels.ravel(), weights=counts.ravel())
    areas[0] = 0
    kept = (areas >= _DUST * areas.max())[labels]
    return np.repeat(np.repeat(kept, cell, axis=0), cell, axis=1)[: ink.shape[0], : ink.shape[1]]


def _pieces(cells: NDArray[np.bool_]) -> NDArray[np.intp]:
    """`(height, width)` number of the piece each cell belongs to, corners touching; 0 where there is no ink.

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
            return labels
        labels = spread
