"""Products that skip zeros are the plain products."""

from typing import Any

import numpy as np
import pytest

from nnlib.fast import skyline


def drawn(n: int) -> Any:
    rng = np.random.default_rng(n)
    first = np.sort(rng.integers(0, 30, n))
    x = rng.random((n, 40), np.float32)
    x[np.arange(40) < first[:, None]] = 0
    return x, first, rng.random((40, 7), np.float32), rng.random((n, 7), np.float32)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 64, 129])
def test_both_products_are_the_plain_ones(n: int) -> None:
    x, first, w, dz = drawn(n)
    z, dw = np.full((n, 7), np.nan, np.float32), np.full((40, 7), np.nan, np.float32)

    skyline.multiply(x, first, w, out=z, scratch=np.full_like(z, np.nan))
    skyline.multiply_transposed(x, first, dz, out=dw)

    np.testing.assert_allclose(z, x @ w, rtol=1e-5)
    np.testing.assert_allclose(dw, x.T @ dz, rtol=1e-5, atol=1e-6)


def test_rows_that_begin_alike_and_rows_without_zeros_are_no_exception() -> None:
    for first in (np.full(16, 12), np.zeros(16, int)):
        x, _, w, dz = drawn(16)
        x[:, : first[0]] = 0
        z, dw = np.empty((16, 7), np.float32), np.empty((40, 7), np.float32)

        skyline.multiply(x, first, w, out=z, scratch=np.full_like(z, np.nan))
        skyline.multiply_transposed(x, first, dz, out=dw)

        np.testing.assert_allclose(z, x @ w, rtol=1e-5)
        np.testing.assert_allclose(dw, x.T @ dz, rtol=1e-5, atol=1e-6)
