"""A convolution is what its loops say, and its gradient is the slope."""

import itertools
from typing import Any

import numpy as np
import pytest

from nnlib.arrays import FloatArray
from nnlib.convolution.product import convolve, convolve_backward, patches


def drawn(kernel: int, *, n: int = 2, height: int = 5, width: int = 4, below: int = 3, channels: int = 2) -> Any:
    rng = np.random.default_rng(kernel)
    x = rng.normal(size=(n, height, width, below))
    return x, rng.normal(size=(kernel * kernel * below, channels)), rng.normal(size=channels)


def by_loops(x: FloatArray, w: FloatArray, b: FloatArray, kernel: int) -> FloatArray:
    """The loops of the docstring, for every sample."""
    n, height, width, below = x.shape
    squares = w.reshape(kernel, kernel, below, -1)
    z = np.zeros((n, height, width, len(b)))
    for sample, row, column, channel in itertools.product(*map(range, z.shape)):
        z[sample, row, column, channel] = b[channel]
        for i, j, c in itertools.product(range(kernel), range(kernel), range(below)):
            y, x_ = row + i - kernel // 2, column + j - kernel // 2
            if 0 <= y < height and 0 <= x_ < width:
                z[sample, row, column, channel] += x[sample, y, x_, c] * squares[i, j, c, channel]
    return z


@pytest.mark.parametrize("kernel", [1, 3, 5, 9])
def test_the_product_of_matrices_is_the_loops(kernel: int) -> None:
    x, w, b = drawn(kernel)

    np.testing.assert_allclose(convolve(x, w, b), by_loops(x, w, b, kernel), rtol=1e-10, atol=1e-12)


def test_a_patch_holds_the_square_row_by_row_with_zeros_outside() -> None:
    x = np.arange(1, 10, dtype=np.float32).reshape(1, 3, 3, 1)

    rows = patches(x, 3)

    assert rows.shape == (9, 9)
    assert rows.dtype == np.float32
    assert rows[0].tolist() == [0, 0, 0, 0, 1, 2, 0, 4, 5]
    assert rows[4].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert rows[7].tolist() == [4, 5, 6, 7, 8, 9, 0, 0, 0]


@pytest.mark.parametrize("kernel", [1, 3, 7])
def test_gradients_are_the_slopes_of_a_weighted_sum(kernel: int) -> None:
    x, w, b = drawn(kernel)
    dz = np.random.default_rng(0).normal(size=(2, 5, 4, 2))

    gradients = convolve_backward(dz, x, w)

    # The sum is linear in each argument, so a difference quotient of any width is exact.
    for array, gradient in zip((w, b, x), gradients, strict=True):
        assert gradient.shape == array.shape
        for place in np.ndindex(array.shape):
            before = array[place]
            array[place] = before + 1
            above = (dz * convolve(x, w, b)).sum()
            array[place] = before
            assert gradient[place] == pytest.approx(above - (dz * convolve(x, w, b)).sum(), abs=1e-9)
