"""From ink to what a network reads: MNIST's own preprocessing, the same for strokes, pictures and pixels.

Every function is pure, safe in threads, and answers float32 rows of 784 in [0, 1], ink 1, top row first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.errors import EmptyInkError, InkError
from datasets.ink.image_decoding import lightness
from datasets.ink.normalization import normalize
from datasets.ink.rasterization import rasterize
from datasets.ink.segmentation import segment_ink
from datasets.ink.strokes import MAX_COORDINATE, Strokes, ink_from_strokes
from nnlib.shape import PIXELS

PREPROCESSING_ID = "ink-28x28-v2"
"""Named by every model version and in its file: changes whenever the same ink would give other pixels. Since v2, very
thick strokes in pictures keep some of their width; what comes as strokes is painted as in v1. How ink is found in a
picture is not part of it: a network is made for what ink looks like, and its file stays the same, byte for byte."""
MAX_ROWS = 4096


def pixels_from_strokes(strokes: Strokes, *, brush: float | None = None) -> NDArray[np.float32]:
    """`(784,)` of strokes of (x, y) points in canvas units, y down; one point is a dot.

    Args:
        strokes: in any unit, anywhere.
        brush: diameter in the same unit. The result depends on it only where the ink is no longer than it is wide.

    Raises:
        EmptyInkError: there is no point.
        InkError: not strokes of points, not finite, or too many.
    """
    if brush is not None and not 0 <= brush <= MAX_COORDINATE:
        raise InkError(f"expected a brush between 0 and {MAX_COORDINATE:g} canvas units, got {brush}")
    return rasterize(ink_from_strokes(strokes), brush=brush).reshape(PIXELS)


def pixels_from_image(data: bytes) -> NDArray[np.float32]:
    """`(784,)` of the bytes of a picture, dark on light or light on dark.

    Raises:
        EmptyInkError: the picture is blank.
        InkError: not a picture in one of `image_decoding.FORMATS`, or too large.
    """
    return normalize(segment_ink(lightness(data))).reshape(PIXELS)


def pixels_from_rows(
    values: Sequence[float] | Sequence[Sequence[float]] | NDArray[np.generic], *, scale: int = 255
) -> NDArray[np.float32]:
    """`(n, 784)` of n rows of pixels that are prepared already; a flat list of 784 is one row.

    Args:
        values: numbers from 0 to `scale`, ink being `scale`.
        scale: 255, or 1 for shares as most libraries have them.

    Raises:
        EmptyInkError: a row without ink.
        InkError: another shape, not numbers, outside 0 to `scale`, more than `MAX_ROWS`, or no value above 1 where
            `scale` is 255: such pixels were divided by 255 before, and would be answered as a blank page is.
    """
    expected = f"expected {PIXELS} numbers from 0 to {scale}, or up to {MAX_ROWS} rows of them"
    try:
        rows = _whole_numbers(values) if isinstance(values, list) else np.asarray(values)
    except (ValueError, OverflowError):
        raise InkError(f"{expected}, got rows of different lengths or something else") from None
    if rows.dtype.kind not in "iuf":
        raise InkError(f"{expected}, got {rows.dtype} values")
    if rows.ndim not in (1, 2) or rows.shape[-1] != PIXELS or not 1 <= rows.size <= MAX_ROWS * PIXELS:
        raise InkError(f"{expected}, got an array of shape {rows.shape}")
    rows = rows.reshape(-1, PIXELS)
    largest = rows.max(axis=1).tolist()
    if not (max(largest) <= scale and (rows.dtype == np.uint8 or rows.min() >= 0)):  # not: so that NaN fails too
        raise InkError(f"{expected}, got values from {rows.min()} to {rows.max()}")
    if not all(largest):
        row = f" in row {largest.index(0)}" if len(largest) > 1 else ""
        raise EmptyInkError(f"nothing drawn: expected ink, got {PIXELS} pixels of 0{row}")
    if max(largest) <= 1 < scale:
        raise InkError(
            f"{expected}, got none above {max(largest)}: multiply them by 255, or send scale 1 with pixels from 0 to 1"
        )
    return rows.astype(np.float32) / np.float32(scale)


def _whole_numbers(values: list[Any]) -> NDArray[np.generic]:
    """One row of whole numbers as bytes, three times as fast as checking the type of each; others as they are."""
    if values and type(values[0]) is int:
        with contextlib.suppress(TypeError, ValueError):
            return np.frombuffer(bytes(values), np.uint8)
    return np.asarray(values)
