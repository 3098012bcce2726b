"""The interface between a trainer and what takes its steps: `BatchDescent` or, for batches of one, `BlockedSGD`."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array


class Descent(Protocol):
    """Moves the parameters along the gradients of samples.

    Attributes:
        rows: Samples per call of `learn`; fewer at the end of an epoch.
        in_sequence: Whether the order of these samples matters.
    """

    rows: int
    in_sequence: bool

    def learn(
        self,
        x: Float32Array,
        first: NDArray[np.intp],
        targets: Float32Array,
        rates: Sequence[float],
        masks: list[Float32Array] | None,
    ) -> tuple[float, int]:
        """Take `len(rates)` steps.

        Args:
            x: `(n, inputs)`.
            first: `(n,)`: row i of `x` is 0 before column `first[i]`; ascending unless the descent is `in_sequence`.
            targets: `(n, classes)`, one-hot.
            rates: Learning rate of every step.
            masks: Per hidden layer `(n, units)`, 0 or 1 / (1 - dropout); None drops nothing.

        Returns:
            The summed error, before each step, and the number of correct predictions.
        """
        ...
