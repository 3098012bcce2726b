"""The functions of `nnlib/activations.py` in place, with the same results."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class InPlaceActivation:
    """An activation and its backward pass.

    Attributes:
        apply: Replaces `z` by the activation's value, in place.
        backward: `backward(dy, y, scratch)` multiplies `dy` by the slope where the value is `y`, in place.
            `scratch` has the shape of `y` and is overwritten.
    """

    apply: Callable[[FloatArray], None]
    backward: Callable[[FloatArray, FloatArray, FloatArray], None]


def _sigmoid(z: FloatArray) -> None:
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=z)
    np.multiply(z, 0.5, out=z)
    np.add(z, 0.5, out=z)


def _sigmoid_backward(dy: FloatArray, y: FloatArray, scratch: FloatArray) -> None:
    np.subtract(1, y, out=scratch)
    np.multiply(scratch, y, out=scratch)
    np.multiply(dy, scratch, out=dy)


def _tanh(z: FloatArray) -> None:
    np.tanh(z, out=z)


def _tanh_backward(dy: FloatArray, y: FloatArray, scratch: FloatArray) -> None:
    np.multiply(y, y, out=scratch)
    np.subtract(1, scratch, out=scratch)
    np.multiply(dy, scratch, out=dy)


def _relu(z: FloatArray) -> None:
    # NumPy's maximum is vectorized for a second array of zeros; with the number 0 it takes twice as long.
    np.maximum(z, np.zeros(z.shape[-1], z.dtype), out=z)


def _relu_backward(dy: FloatArray, y: FloatArray, scratch: FloatArray) -> None:
    np.greater(y, 0, out=scratch)
    np.multiply(dy, scratch, out=dy)


def _softmax(z: FloatArray) -> None:
    np.subtract(z, z.max(axis=1, keepdims=True), out=z)
    np.exp(z, out=z)
    np.divide(z, z.sum(axis=1, keepdims=True), out=z)


ACTIVATIONS = {
    "sigmoid": InPlaceActivation(_sigmoid, _sigmoid_backward),
    "tanh": InPlaceActivation(_tanh, _tanh_backward),
    "relu": InPlaceActivation(_relu, _relu_backward),
}
"""Of hidden layers, by `ActivationName`."""

OUTPUTS: dict[str, Callable[[FloatArray], None]] = {"sigmoid": _sigmoid, "softmax": _softmax}
"""Of the last layer, by `OutputName`; each replaces the logits `(n, classes)` by its values, in place."""
