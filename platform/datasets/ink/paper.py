"""What the paper under the ink looks like: how light falls on it, with or without shadows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_FITTED_SIDE: Final = 96
"""Pixels sampled along the longer side to fit the paper's surface."""
_AGREE: Final = 0.4
"""Share of the pixels that have to agree with a surface that starts from the edge of the picture."""


def smooth_paper(lightness: Plane) -> Plane:
    """`(height, width)` lightness of paper without shadows: a curved surface fitted to the pixels that agree with it.

    The fit starts from the edge of the picture, or, where the edge is something else than paper, from the middle of
    all values.
    """
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in lightness.shape)
    stride = -(-max(lightness.shape) // _FITTED_SIDE)
    sample, terms = lightness[::stride, ::stride], _surface_terms(x[None, ::stride], y[::stride, None])
    starts = (np.median(border(lightness)), np.median(sample))
    coefficients, agreeing = _fitted(sample, terms, float(starts[0]))
    if agreeing < _AGREE:
        other, other_agreeing = _fitted(sample, terms, float(starts[1]))
        if other_agreeing > agreeing:
            coefficients = other
    paper: Plane = _surface_terms(x[None, :], y[:, None]) @ coefficients
    return paper


def local_paper(lightness: Plane, *, darker: bool, reach: int) -> Plane:
    """`(height, width)` lightness of the paper around each pixel, shadows with hard edges included.

    A morphological closing (opening, for ink that is lighter): what is narrower than `reach` pixels is filled with the
    paper around it, and the edge of anything wider stays where it is.
    """
    if darker:
        return sliding(sliding(lightness, reach, np.maximum), reach, np.minimum, backwards=True)
    return sliding(sliding(lightness, reach, np.minimum), reach, np.maximum, backwards=True)


def border(plane: Plane) -> Plane:
    """The outermost pixels of `(height, width)`."""
    return np.concatenate((plane[0], plane[-1], plane[:, 0], plane[:, -1]))


def _fitted(sample: Plane, terms: Plane, start: float) -> tuple[Plane, float]:
    """`(6,)` coefficients, and the share of the sample within 0.15 of the surface."""
    coefficients = np.array([start, 0, 0, 0, 0, 0], dtype=np.float32)
    for tolerance in (0.25, 0.15, 0.1):
        agrees = np.abs(sample - terms @ coefficients) < tolerance
        if agrees.sum() < 0.2 * sample.size:
            break
        coefficients = np.linalg.lstsq(terms[agrees], sample[agrees], rcond=None)[0].astype(np.float32)
    return coefficients, float((np.abs(sample - terms @ coefficients) < 0.15).mean())


def _surface_terms(x: Plane, y: Plane) -> Plane:
    """`(height, width, 6)` terms of a quadratic surface over `x` `(1, width)` and `y` `(height, 1)`."""
    terms = (np.ones_like(x), x, y, x * y, x * x, y * y)
    return np.stack([term + 0 * x * y for term in terms], axis=2)


def sliding(
    plane: Plane,
    reach: int,
    extreme: np.ufunc,
    *,
    axes: tuple[int, ...] = (0, 1),
    beyond: float | None = None,
    backwards: bool = False,
) -> Plane:
    """The extreme within `reach` pixels around each pixel, along one axis after the other.

    Beyond the edge of the picture every pixel is `beyond`, or like the nearest one. Of an even `reach`, the odd pixel
    is after the middle, or before it (`backwards`): a closing or opening needs one of each.
    """
    before = reach // 2 if backwards else (reach - 1) // 2
    for axis in axes:
        pad = [(before, reach - 1 - before) if a == axis else (0, 0) for a in (0, 1)]
        row = np.pad(plane, pad, mode="edge") if beyond is None else np.pad(plane, pad, constant_values=beyond)
        length, span = plane.shape[axis], 1
        while span < reach:  # windows of twice the length, until they reach
            step = min(span, reach - span)
            ahead, behind = (row[step:], row[:-step]) if axis == 0 else (row[:, step:], row[:, :-step])
            row = extreme(ahead, behind)
            span += step
        plane = row[:length] if axis == 0 else row[:, :length]
    return plane
