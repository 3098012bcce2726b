"""Gradient check: compares backpropagation with numerical derivatives."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.backpropagation import backward, forward
from nnlib.losses import LOSSES
from nnlib.vocabulary import LossName


def gradient_check(
    architecture: Architecture, loss: LossName, *, rng: np.random.Generator, samples: int = 5, step: float = 1e-6
) -> list[float]:
    """The largest relative difference between both gradients, for each layer's weights and biases together.

    Computed in float64 on random parameters, samples and labels. A correct gradient stays below 1e-6.
    Every parameter is moved by `step` to each side, which costs two forward passes: keep the network small.
    """
    weights = [rng.uniform(-1, 1, shape) for shape in architecture.shapes]
    biases = [rng.uniform(-1, 1, outputs) for _, outputs in architecture.shapes]
    x = rng.uniform(0, 1, (samples, architecture.inputs))
    targets = np.eye(architecture.outputs)[rng.integers(0, architecture.outputs, samples)]
    values = forward(architecture, weights, biases, x)
    dws, dbs = backward(architecture, weights, values, targets, LOSSES[loss])

    def objective() -> float:
        outputs = forward(architecture, weights, biases, x)[-1]
        return LOSSES[loss].objective_share * LOSSES[loss].error(outputs, targets) / samples

    differences = []
    for w, b, dw, db in zip(weights, biases, dws, dbs, strict=True):
        analytic = np.concatenate([dw.ravel(), db])
        numerical = np.concatenate([_slopes(objective, w, step), _slopes(objective, b, step)])
        scale = np.maximum(np.abs(analytic) + np.abs(numerical), 1e-3)
        differences.append(float((np.abs(analytic - numerical) / scale).max()))
    return differences


def _slopes(objective: Callable[[], float], array: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Central difference quotients `(size,)` of `objective` at every value of `array`, which it depends on."""
    slopes, flat = np.empty(array.size), array.reshape(-1)  # a view: writing to it changes the array
    for i, value in enumerate(flat.tolist()):
        flat[i] = value + step
        above = objective()
        flat[i] = value - step
        below = objective()
        flat[i] = value
        slopes[i] = (above - below) / (2 * step)
    return slopes
