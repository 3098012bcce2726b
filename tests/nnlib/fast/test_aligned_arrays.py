"""Vectors in large pages hold what ordinary ones hold."""

from typing import Any

import numpy as np
import pytest

from nnlib.fast.aligned_arrays import empty_vector

PAGE = 1 << 21


@pytest.mark.parametrize("count", [1, 1000, PAGE // 4, PAGE // 4 + 1])
def test_a_vector_is_contiguous_float32_and_starts_at_a_page(count: int) -> None:
    vector: Any = empty_vector(count)

    assert (vector.shape, vector.dtype) == ((count,), np.float32)
    assert vector.flags["C_CONTIGUOUS"]
    assert vector.flags["WRITEABLE"]
    assert vector.ctypes.data % PAGE == 0


def test_calculations_in_it_are_those_of_an_ordinary_vector() -> None:
    plain = np.random.default_rng(0).random(3000, np.float32)
    aligned, other = empty_vector(3000), empty_vector(3000)
    aligned[:], other[:] = plain, 0

    np.add(other, aligned, out=other)
    other *= 0.3

    np.testing.assert_array_equal(other, plain * np.float32(0.3))
    np.testing.assert_array_equal(aligned, plain)
