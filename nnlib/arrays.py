"""Names for the arrays that nnlib passes around. Shapes are in the docstrings of those who take them."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Float32Array: TypeAlias = NDArray[np.float32]
"""Parameters, pixels and activations as they are used."""

FloatArray: TypeAlias = NDArray[np.floating[Any]]
"""float32 in production, float64 in gradient checks."""

SampleArray: TypeAlias = NDArray[np.uint8 | np.float32]
"""Samples as they are given: uint8 in 0..255 or float32 in [0, 1]."""

LabelArray: TypeAlias = NDArray[np.integer[Any]]
"""Class numbers, from 0."""

_LARGE_PAGE = 1 << 21


def empty_vector(count: int) -> Float32Array:
    """`(count,)` float32 of any value in large pages, where the system has any: for what every step goes through.

    A processor's prefetching ends at the end of a page, and those of 4 kB end often. NumPy asks the system for large
    ones from 4 MB on, so a shorter vector takes a part of as much; what is never touched costs nothing.
    """
    size = count * 4
    memory = np.empty(-(-size // _LARGE_PAGE) * _LARGE_PAGE + _LARGE_PAGE, np.uint8)
    start = -memory.ctypes.data % _LARGE_PAGE
    return memory[start : start + size].view(np.float32)
