"""Training in its plain form: mini-batch gradient descent. `trainer.py` does the same, resumable and faster."""

import numpy as np

from nnlib.architecture import Architecture
from nnlib.arrays import FloatArray, LabelArray, Layers
from nnlib.backpropagation import backward, forward
from nnlib.losses import LOSSES, one_hot
from nnlib.optimizers import OPTIMIZERS
from nnlib.schedules import SCHEDULES
from nnlib.vocabulary import LossName, OptimizerName, ScheduleName


def train(
    architecture: Architecture,
    weights: Layers,
    biases: Layers,
    x: FloatArray,
    labels: LabelArray,
    *,
    rng: np.random.Generator,
    loss: LossName,
    optimizer: OptimizerName,
    learning_rate: float,
    schedule: ScheduleName = "constant",
    batch_size: int = 128,
    epochs: int = 10,
    l2: float = 0.0,
) -> tuple[list[FloatArray], list[FloatArray]]:
    """The weights and biases after `epochs` passes over `x` `(n, inputs)` in [0, 1] with `labels` `(n,)`.

    The given weights and biases are the initial ones and are left unchanged. Every epoch draws a new order of the
    samples from `rng`. The schedule spans all epochs and multiplies the learning rate. Weight decay adds `l2 * w` to
    the gradient of every weight; with `adamw` it multiplies the weights by `1 - rate * l2` instead.
    """
    weights, biases, targets = list(weights), list(biases), one_hot(architecture.outputs)[labels]
    move_weights, move_biases = ([OPTIMIZERS[optimizer]() for _ in weights] for _ in range(2))
    starts = range(0, len(x), batch_size)
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for batch, start in enumerate(starts):
            rate = learning_rate * SCHEDULES[schedule]((epoch * len(starts) + batch) / (epochs * len(starts)))
            rows = order[start : start + batch_size]
            values = forward(architecture, weights, biases, x[rows])
            dws, dbs = backward(architecture, weights, values, targets[rows], LOSSES[loss])
            for i, (w, b, dw, db) in enumerate(zip(weights, biases, dws, dbs, strict=True)):
                if optimizer == "adamw":
                    weights[i] = move_weights[i](w * (1 - rate * l2), dw, rate)
                else:
                    weights[i] = move_weights[i](w, dw + l2 * w, rate)
                biases[i] = move_biases[i](b, db, rate)
    return weights, biases
