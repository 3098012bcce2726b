"""Activation functions and their slopes, as ordinary functions: value in, value out, for any float type.

A slope is a function of the *value* y = f(z), not of z, so that the backward pass needs only the values.
`fast/activations.py` computes the same in place.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nnlib.arrays import FloatArray


def sigmoid(z: FloatArray) -> FloatArray:
    """1 / (1 + exp(-z)), computed as (1 + tanh(z / 2)) / 2: the same value, and it cannot overflow."""
    return 0.5 * np.tanh(0.5 * z) + 0.5


def sigmoid_slope(y: FloatArray) -> FloatArray:
    """Of `sigmoid`: y (1 - y)."""
    return y * (1 - y)


def tanh_slope(y: FloatArray) -> FloatArray:
    """Of `tanh`: 1 - y^2."""
    return 1 - y * y


def relu(z: FloatArray) -> FloatArray:
    """`z` where it is positive, else 0."""
    return np.maximum(z, 0)


def relu_slope(y: FloatArray) -> FloatArray:
    """Of `relu`: 1 where the value is positive, else 0."""
    return (y > 0).astype(y.dtype)


def softmax(z: FloatArray) -> FloatArray:
    """exp(z_k) / sum_j exp(z_j) for each row of `z` `(n, classes)`: positive values with the sum 1."""
    # softmax(z) = softmax(z - c) for any c per row: with c the largest value, no exponent is above 0.
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def normalized_sigmoid(z: FloatArray) -> FloatArray:
    """sigmoid(z_k) / sum_j sigmoid(z_j) for each row of `z` `(n, classes)`."""
    # = softmax(log sigmoid(z))_k, which is also defined where every sigmoid rounds to 0.
    return softmax(-np.logaddexp(0, -z))


Function: TypeAlias = Callable[[FloatArray], FloatArray]


ACTIVATIONS: dict[str, Function] = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": relu}
SLOPES: dict[str, Function] = {"sigmoid": sigmoid_slope, "tanh": tanh_slope, "relu": relu_slope}
"""Of hidden layers, by `ActivationName`."""

OUTPUTS: dict[str, Function] = {"sigmoid": sigmoid, "softmax": softmax}
"""Of the last layer, by `OutputName`. Their backward pass is part of the loss: see `losses.py`."""

PROBABILITIES: dict[str, Function] = {"sigmoid": normalized_sigmoid, "softmax": softmax}
"""From logits to rows with the sum 1, by `OutputName`."""
