"""Losses, each with the gradient that starts the backward pass.

Both are summed over the outputs of a sample and averaged over samples.

`squared_error`
    error = sum_k (a_k - t_k)^2, with a = sigmoid(z) and t the one-hot label. Training descends *half* of it, so that
    the gradient has no factor 2: d (error / 2) / d z_k = (a_k - t_k) a_k (1 - a_k). This is the error that the
    original project reported (0.166, 0.087, 0.066 ... on MNIST), and its gradient.
`cross_entropy`
    error = -log(a_label), with a = softmax(z). Training descends all of it: d error / d z_k = a_k - t_k.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np

from nnlib.architecture import OutputName
from nnlib.arrays import FloatArray, LabelArray

LossName: TypeAlias = Literal["squared_error", "cross_entropy"]


class OutputBackward(Protocol):
    """Turns the outputs of a batch into the gradient at the logits."""

    def __call__(self, outputs: FloatArray, labels: LabelArray) -> float:
        """Replace `outputs` `(n, classes)` by each sample's gradient at the logits; return the batch's summed error."""
        ...


@dataclass(frozen=True, slots=True)
class Loss:
    """An error with its gradient at the logits.

    Attributes:
        output: The output activation that the gradient is derived for.
        objective_share: What training descends, as a share of the reported error.
        backward: See `OutputBackward`.
    """

    output: OutputName
    objective_share: float
    backward: OutputBackward


def _squared_error_backward(outputs: FloatArray, labels: LabelArray) -> float:
    slope = outputs * (1 - outputs)
    outputs[np.arange(len(labels)), labels] -= 1  # a - t
    error = float(np.vdot(outputs, outputs))
    np.multiply(outputs, slope, out=outputs)
    return error


def _cross_entropy_backward(outputs: FloatArray, labels: LabelArray) -> float:
    # With s = softmax(z): d(-log s_label) / d z_k = s_k - [k = label], the two derivatives cancelling in one step.
    rows = np.arange(len(labels))
    chosen = outputs[rows, labels]
    outputs[rows, labels] -= 1
    return -float(np.log(np.maximum(chosen, np.finfo(chosen.dtype).tiny)).sum())


LOSSES: dict[str, Loss] = {
    "squared_error": Loss("sigmoid", 0.5, _squared_error_backward),
    "cross_entropy": Loss("softmax", 1.0, _cross_entropy_backward),
}
"""By the name a recipe uses."""
