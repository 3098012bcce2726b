"""Mini-batch descent: the gradient of a batch, then a step of the optimizer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array
from nnlib.fast.optimizers import FLUSH_STEPS, Optimizer, flush_tiny
from nnlib.fast.workspace import Workspace
from nnlib.losses import LOSSES
from nnlib.parameters import Parameters
from nnlib.recipe import Recipe


class BatchDescent:
    """Implements `Descent` for any recipe: one step per batch; the order within a batch does not matter.

    Args:
        architecture: Of the network.
        parameters: Moved in place.
        optimizer: Of all parameters but the first `idle`.
        recipe: Its batch size, loss, l2 and optimizer name are used.
        idle: Number of parameters at the front that never move, because their gradient is always 0.
    """

    in_sequence = False

    def __init__(
        self,
        architecture: Architecture,
        parameters: Parameters[np.float32],
        optimizer: Optimizer,
        recipe: Recipe,
        *,
        idle: int = 0,
    ) -> None:
        self.rows = recipe.batch_size
        self._parameters, self._optimizer, self._recipe = parameters, optimizer, recipe
        self._workspace = Workspace(architecture, parameters, LOSSES[recipe.loss], recipe.batch_size)
        self._moving = parameters.flat[idle:]
        self._moving_gradient = self._workspace.gradient.flat[idle:]

    def learn(
        self,
        x: Float32Array,
        first: NDArray[np.intp],
        targets: Float32Array,
        rates: Sequence[float],
        masks: list[Float32Array] | None,
    ) -> tuple[float, int]:
        """See `Descent`."""
        (rate,) = rates
        error, correct = self._workspace.run(x, first, targets, masks)
        self._shrink_weights(rate)
        self._optimizer.step(self._moving, self._moving_gradient, rate)
        if self._recipe.l2 and self._optimizer.steps % FLUSH_STEPS == 0:
            # Weights without another gradient decay as the optimizer's sums do.
            flush_tiny(self._parameters.flat, self._workspace.gradient.flat)
        return error, correct

    def _shrink_weights(self, rate: float) -> None:
        """Apply the weight decay `l2`: to the gradient, or with `adamw` to the weights themselves."""
        l2 = self._recipe.l2
        if l2 == 0:
            return
        for w, dw in zip(self._parameters.weights, self._workspace.gradient.weights, strict=True):
            if self._recipe.optimizer == "adamw":
                np.multiply(w, 1 - rate * l2, out=w)
            else:
                np.add(dw, l2 * w, out=dw)
