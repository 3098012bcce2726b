"""Learning, in its plainest form: what a network answers, and how its error falls.

These two functions are the reference. `workspace.py` computes the same with buffers that are used again, and the tests
hold it against this file; `gradient_check.py` holds this file against numerical derivatives.

A layer turns `x` `(n, inputs)` into `y = f(x @ w + b)` `(n, outputs)`. Let `dz` `(n, outputs)` be the derivative of
every sample's error at `z = x @ w + b`. Then by the chain rule

    dw = x.T @ dz       because  z_j = sum_i x_i w_ij + b_j,  so  d z_j / d w_ij = x_i
    db = sum of dz over the samples
    dx = dz @ w.T       because  d z_j / d x_i = w_ij

and `dx`, multiplied by the slope of the activation below, is the `dz` of the layer below.
"""

from collections.abc import Sequence

import numpy as np

from nnlib.activations import ACTIVATIONS, OUTPUTS
from nnlib.architecture import Architecture
from nnlib.arrays import FloatArray
from nnlib.losses import Loss


def forward(
    architecture: Architecture,
    weights: Sequence[FloatArray],
    biases: Sequence[FloatArray],
    x: FloatArray,
) -> list[FloatArray]:
    """Every layer's values `(n, units)`, from the input `x` `(n, inputs)` to the outputs."""
    values = [x]
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        y = values[-1] @ w + b
        if layer < len(weights):
            ACTIVATIONS[architecture.activation].apply(y)
        else:
            OUTPUTS[architecture.output](y)
        values.append(y)
    return values


def backward(
    architecture: Architecture,
    weights: Sequence[FloatArray],
    values: Sequence[FloatArray],
    targets: FloatArray,
    loss: Loss,
) -> tuple[list[FloatArray], list[FloatArray]]:
    """The gradient of the mean objective over a batch: `dw` and `db` per layer, first layer first.

    Args:
        architecture: Of the network.
        weights: Per layer `(inputs, outputs)`.
        values: What `forward` returned.
        targets: `(n, classes)`, one-hot.
        loss: Whose `objective_share` of the error is descended.
    """
    activation = ACTIVATIONS[architecture.activation]
    dws: list[FloatArray] = []
    dbs: list[FloatArray] = []
    dz = values[-1].copy()
    loss.backward(dz, targets)
    dz /= len(targets)
    for x, w in zip(reversed(values[:-1]), reversed(weights), strict=True):
        dws.insert(0, x.T @ dz)
        dbs.insert(0, dz.sum(axis=0))
        if x is not values[0]:
            dz = dz @ w.T
            activation.backward(dz, x, np.empty_like(x))
    return dws, dbs
