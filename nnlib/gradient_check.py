"""Is the gradient right? Holds backpropagation against the slope measured by moving each parameter a little."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.backpropagation import backward, forward
from nnlib.losses import LOSSES, LossName
from nnlib.parameters import Parameters


def gradient_check(
    architecture: Architecture,
    loss: LossName,
    *,
    rng: np.random.Generator,
    samples: int = 5,
    step: float = 1e-6,
) -> list[float]:
    """The largest relative difference between both gradients, for each layer's weights and biases together.

    Computed in float64 on random parameters, samples and labels. A right gradient stays below 1e-6.

    Args:
        architecture: The network's shape; keep it small, every parameter costs two forward passes.
        loss: Must suit the architecture's output.
        rng: Draws parameters, samples and labels.
        samples: In the batch.
        step: How far a parameter is moved to each side.
    """
    flat = rng.uniform(-1, 1, architecture.parameter_count)
    x = rng.uniform(0, 1, (samples, architecture.inputs))
    targets = np.eye(architecture.outputs)[rng.integers(0, architecture.outputs, samples)]
    parameters = Parameters(architecture, flat)
    values = forward(architecture, parameters.weights, parameters.biases, x)
    dws, dbs = backward(architecture, parameters.weights, values, targets, LOSSES[loss])

    def objective() -> float:
        outputs = forward(architecture, parameters.weights, parameters.biases, x)[-1]
        return LOSSES[loss].objective_share * LOSSES[loss].error(outputs, targets) / samples

    differences = []
    numerical = Parameters(architecture, _slopes(objective, flat, step))
    for dw, db, nw, nb in zip(dws, dbs, numerical.weights, numerical.biases, strict=True):
        analytic = np.concatenate([dw.ravel(), db])
        measured = np.concatenate([nw.ravel(), nb])
        scale = np.maximum(np.abs(analytic) + np.abs(measured), 1e-3)
        differences.append(float((np.abs(analytic - measured) / scale).max()))
    return differences


def _slopes(objective: Callable[[], float], flat: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """The central difference quotient of `objective` at every value of `flat`, which it reads and which is restored."""
    slopes = np.empty_like(flat)
    for i, here in enumerate(flat.tolist()):
        flat[i] = here + step
        above = objective()
        flat[i] = here - step
        below = objective()
        flat[i] = here
        slopes[i] = (above - below) / (2 * step)
    return slopes
