"""Activations in place have the values and slopes of the plain ones."""

import numpy as np
import pytest
from numpy.typing import DTypeLike

from nnlib import activations as plain
from nnlib.arrays import FloatArray
from nnlib.fast.activations import ACTIVATIONS, OUTPUTS


def drawn(dtype: DTypeLike) -> FloatArray:
    return np.random.default_rng(1).normal(0, 30, (50, 8)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_in_place_has_the_plain_values_and_slopes(name: str, dtype: DTypeLike) -> None:
    z, dy = drawn(dtype), drawn(dtype)[::-1].copy()
    y, dz = z.copy(), dy.copy()

    ACTIVATIONS[name].apply(y)
    ACTIVATIONS[name].backward(dz, y, np.full_like(y, np.nan))

    np.testing.assert_array_equal(y, plain.ACTIVATIONS[name](z))
    np.testing.assert_array_equal(dz, dy * plain.SLOPES[name](y))
    assert y.dtype == dz.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_in_place_has_the_plain_values(name: str, dtype: DTypeLike) -> None:
    z = drawn(dtype)
    y = z.copy()

    OUTPUTS[name](y)

    np.testing.assert_array_equal(y, plain.OUTPUTS[name](z))
