"""Loss functions, each with the gradient that starts the backward pass.

Both are summed over the outputs of a sample and averaged over samples; a are the outputs, t the one-hot labels.

`squared_error`
    error = sum_k (a_k - t_k)^2 with a = sigmoid(z). Training minimizes *half* of it, so that the gradient has no
    factor 2: d (error / 2) / d z_k = (a_k - t_k) a_k (1 - a_k). The original project reported this error
    (0.166, 0.087, 0.066 ... on MNIST) and used this gradient.
`cross_entropy`
    error = -sum_k t_k log(a_k) with a = softmax(z). Training minimizes all of it: d error / d z_k = a_k - t_k,
    because d log(a_j) / d z_k = [j = k] - a_k and the t_j sum to 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnlib.activations import sigmoid_slope
from nnlib.arrays import Float32Array, FloatArray
from nnlib.vocabulary import OutputName


@dataclass(frozen=True, slots=True)
class Loss:
    """An error and its gradient at the logits.

    Attributes:
        output: The output activation that the gradient is derived for.
        objective_share: Share of the reported error that training minimizes.
        error: `error(outputs, targets)`, both `(..., classes)`: summed over the samples.
        backward: `backward(outputs, targets)`: the gradient of every sample's objective at its logits.
    """

    output: OutputName
    objective_share: float
    error: Callable[[FloatArray, FloatArray], float]
    backward: Callable[[FloatArray, FloatArray], FloatArray]


def _squared_error(outputs: FloatArray, targets: FloatArray) -> float:
    return float(np.vdot(outputs - targets, outputs - targets))


def _squared_error_backward(outputs: FloatArray, targets: FloatArray) -> FloatArray:
    return (outputs - targets) * sigmoid_slope(outputs)


def _cross_entropy(outputs: FloatArray, targets: FloatArray) -> float:
    logs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))  # the logarithm of 0 is not finite
    return -float(np.vdot(logs, targets))


LOSSES: dict[str, Loss] = {
    "squared_error": Loss("sigmoid", 0.5, _squared_error, _squared_error_backward),
    "cross_entropy": Loss("softmax", 1.0, _cross_entropy, np.subtract),
}
"""By `LossName`."""


def one_hot(classes: int) -> Float32Array:
    """`(classes, classes)`; row k is the target of label k."""
    return np.eye(classes, dtype=np.float32)
