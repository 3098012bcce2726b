"""Vectors that start at a large memory page."""

import numpy as np

from nnlib.arrays import Float32Array

_LARGE_PAGE = 1 << 21


def empty_vector(count: int) -> Float32Array:
    """`(count,)` uninitialized float32 values in large pages, if the system has any; for what every step reads.

    The processor's prefetching stops at the end of a page, which with pages of 4 kB comes often. NumPy requests large
    pages for arrays of 4 MB and more, so a shorter vector is a part of a larger one; untouched memory costs nothing.
    """
    size = count * 4
    memory = np.empty(-(-size // _LARGE_PAGE) * _LARGE_PAGE + _LARGE_PAGE, np.uint8)
    start = -memory.ctypes.data % _LARGE_PAGE
    return memory[start : start + size].view(np.float32)
