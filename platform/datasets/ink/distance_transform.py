"""The exact Euclidean distance transform (Felzenszwalb and Huttenlocher, 2012), by brute force: for small masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def signed_distance(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`(height, width)` cells from each cell's centre to the edge of the ink: positive inside, negative outside."""
    return (
        np.sqrt(_squared_distance_to(~ink))
        - np.sqrt(_squared_distance_to(ink))
        + np.where(ink, -0.5, 0.5).astype(np.float32)
    )


def _squared_distance_to(target: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`(height, width)` squared distance from each cell to the nearest cell of `target`, 0 on it."""
    height, width = target.shape
    far = height + width
    rows = np.arange(height)[:, None]
    above = np.maximum.accumulate(np.where(target, rows, -far), axis=0)
    below = np.minimum.accumulate(np.where(target, rows, height + far)[::-1], axis=0)[::-1]
    vertical = np.square(np.minimum(rows - above, below - rows).astype(np.float32))
    columns = np.arange(width, dtype=np.float32)
    horizontal = np.square(columns[:, None] - columns[None, :])
    return (vertical[:, None, :] + horizontal[None]).min(axis=2)
