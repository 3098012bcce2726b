"""Sums of products, computed with fewer products. `test_patches.py` compares whole convolutions."""

import numpy as np
import pytest

from nnlib.fast.tiles import KERNELS, LINES, transforms


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_transforms_compute_a_convolution(kernel: int) -> None:
    a, g, b = transforms(kernel)
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=LINES), rng.normal(size=kernel)

    sums = [w @ x[i : i + kernel] for i in range(LINES + 1 - kernel)]

    np.testing.assert_allclose(a.T @ ((g @ w) * (b @ x)), sums, rtol=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_what_is_applied_to_pixels_is_exact_in_float32(kernel: int) -> None:
    a, _, b = transforms(kernel)

    for matrix in (a, b):
        np.testing.assert_array_equal(matrix.astype(np.float32), matrix)
