"""Losses, each with the gradient that starts the backward pass.

Both are summed over the outputs of a sample and averaged over samples; a are the outputs, t the one-hot labels.

`squared_error`
    error = sum_k (a_k - t_k)^2 with a = sigmoid(z). Training descends *half* of it, so that the gradient has no
    factor 2: d (error / 2) / d z_k = (a_k - t_k) a_k (1 - a_k). This is the error that the original project reported
    (0.166, 0.087, 0.066 ... on MNIST), and its gradient.
`cross_entropy`
    error = -sum_k t_k log(a_k) with a = softmax(z). Training descends all of it: d error / d z_k = a_k - t_k,
    because d log(a_j) / d z_k = [j = k] - a_k and the t_j sum to 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from nnlib.architecture import OutputName
from nnlib.arrays import FloatArray

LossName: TypeAlias = Literal["squared_error", "cross_entropy"]


@dataclass(frozen=True, slots=True)
class Loss:
    """An error with its gradient at the logits.

    Attributes:
        output: The output activation that the gradient is derived for.
        objective_share: What training descends, as a share of the reported error.
        error: `error(outputs, targets)`, both `(..., classes)`: summed over the samples.
        backward: `backward(outputs, targets)` replaces the outputs by the gradient at the logits, in place.
    """

    output: OutputName
    objective_share: float
    error: Callable[[FloatArray, FloatArray], float]
    backward: Callable[[FloatArray, FloatArray], None]


def _squared_error(outputs: FloatArray, targets: FloatArray) -> float:
    difference = outputs - targets
    return float(np.vdot(difference, difference))


def _squared_error_backward(outputs: FloatArray, targets: FloatArray) -> None:
    slope = 1 - outputs
    np.multiply(slope, outputs, out=slope)
    np.subtract(outputs, targets, out=outputs)
    np.multiply(outputs, slope, out=outputs)


def _cross_entropy(outputs: FloatArray, targets: FloatArray) -> float:
    logs = np.maximum(outputs, np.finfo(outputs.dtype).tiny)  # the logarithm of 0 has no finite value
    np.log(logs, out=logs)
    return -float(np.vdot(logs, targets))


def _cross_entropy_backward(outputs: FloatArray, targets: FloatArray) -> None:
    np.subtract(outputs, targets, out=outputs)


LOSSES: dict[str, Loss] = {
    "squared_error": Loss("sigmoid", 0.5, _squared_error, _squared_error_backward),
    "cross_entropy": Loss("softmax", 1.0, _cross_entropy, _cross_entropy_backward),
}
"""By the name a recipe uses."""


def one_hot(classes: int) -> FloatArray:
    """`(classes, classes)` float32; row k is the target of label k."""
    return np.eye(classes, dtype=np.float32)
