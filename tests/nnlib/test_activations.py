"""Activation functions and their slopes."""

import numpy as np
import pytest

from nnlib.activations import (
    ACTIVATIONS,
    OUTPUTS,
    PROBABILITIES,
    SLOPES,
    Function,
    normalized_sigmoid,
    sigmoid,
    softmax,
)

Z = np.array([[-3.0, -0.5, 0.2], [1.5, 4.0, -0.1]])


def test_sigmoid_and_softmax_follow_their_definitions() -> None:
    np.testing.assert_allclose(sigmoid(Z), 1 / (1 + np.exp(-Z)), rtol=1e-12)
    np.testing.assert_allclose(softmax(Z), np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(normalized_sigmoid(Z), sigmoid(Z) / sigmoid(Z).sum(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_array_equal(ACTIVATIONS["relu"](Z), [[0, 0, 0.2], [1.5, 4, 0]])
    np.testing.assert_array_equal(ACTIVATIONS["tanh"](Z), np.tanh(Z))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_slope_is_the_derivative(name: str) -> None:
    f, step = ACTIVATIONS[name], 1e-6

    np.testing.assert_allclose(SLOPES[name](f(Z)), (f(Z + step) - f(Z - step)) / (2 * step), atol=1e-8)


@pytest.mark.parametrize("table", [ACTIVATIONS, OUTPUTS, PROBABILITIES])
def test_large_values_overflow_nothing_and_the_argument_is_left_unchanged(table: dict[str, Function]) -> None:
    z = np.array([[1e30, -1e30, 0]], np.float32)
    given = z.copy()

    for function in table.values():
        assert np.isfinite(function(z)).all()
        assert function(z).dtype == np.float32

    np.testing.assert_array_equal(z, given)
