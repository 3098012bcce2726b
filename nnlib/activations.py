"""Activations, each as its value and its slope; both work in place and in any float type.

The slope is told from the *value*, not from what went in: that is all the backward pass has to remember.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Activation:
    """A function of one value, and how an error travels back through it.

    Attributes:
        apply: Replaces `z` by the activation's value, in place.
        backward: `backward(dy, y, scratch)` multiplies `dy` by the slope where the value is `y`, in place.
            `scratch` has the shape of `y` and is overwritten.
    """

    apply: Callable[[FloatArray], None]
    backward: Callable[[FloatArray, FloatArray, FloatArray], None]


def _sigmoid(z: FloatArray) -> None:
    # 1 / (1 + exp(-z)) = (tanh(z / 2) + 1) / 2: one function call less a division, and it cannot overflow.
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=z)
    np.multiply(z, 0.5, out=z)
    np.add(z, 0.5, out=z)


def _sigmoid_backward(dy: FloatArray, y: FloatArray, scratch: FloatArray) -> None:
    # d sigmoid(z) / dz = y (1 - y)
    np.subtract(1, y, out=scratch)
    np.multiply(scratch, y, out=scratch)
    np.multiply(dy, scratch, out=dy)


def _tanh(z: FloatArray) -> None:
    np.tanh(z, out=z)


def _tanh_backward(dy: FloatArray, y: FloatArray, scratch: FloatArray) -> None:
    # d tanh(z) / dz = 1 - y^2
    np.multiply(y, y, out=scratch)
    np.subtract(1, scratch, out=scratch)
    np.multiply(dy, scratch, out=dy)


def _relu(z: FloatArray) -> None:
    # Beside a row of zeros NumPy's maximum is vectorised; beside the number 0 it takes twice as long.
    np.maximum(z, np.zeros(z.shape[-1], z.dtype), out=z)


def _relu_backward(dy: FloatArray, y: FloatArray, scratch: FloatArray) -> None:
    # d relu(z) / dz = 1 where the value is positive, else 0
    np.greater(y, 0, out=scratch)
    np.multiply(dy, scratch, out=dy)


def softmax(z: FloatArray) -> None:
    """Replace each row of `z` `(n, classes)` by its softmax, in place."""
    # softmax(z) = softmax(z - c) for any c per row: the largest makes every exponent at most 0.
    np.subtract(z, z.max(axis=1, keepdims=True), out=z)
    np.exp(z, out=z)
    np.divide(z, z.sum(axis=1, keepdims=True), out=z)


ACTIVATIONS = {
    "sigmoid": Activation(_sigmoid, _sigmoid_backward),
    "tanh": Activation(_tanh, _tanh_backward),
    "relu": Activation(_relu, _relu_backward),
}
"""For hidden layers, by name."""


def _normalised_sigmoid(z: FloatArray) -> None:
    # sigmoid(z_k) / sum_j sigmoid(z_j) = softmax(log sigmoid(z))_k, which is safe where every sigmoid is 0.
    np.negative(np.logaddexp(0, -z), out=z)
    softmax(z)


OUTPUTS: dict[str, Callable[[FloatArray], None]] = {"sigmoid": _sigmoid, "softmax": softmax}
"""For the last layer, by name. The way back is the loss's: see `losses.py`."""

PROBABILITIES: dict[str, Callable[[FloatArray], None]] = {"sigmoid": _normalised_sigmoid, "softmax": softmax}
"""By the name of the last layer's activation: turns its logits into rows that sum to 1, in place."""
