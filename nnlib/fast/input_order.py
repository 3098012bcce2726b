"""The order in which a trainer keeps its inputs: from those that are seldom nonzero to those that often are.

Most pixels at the border of a digit are 0 in most samples. In this order, the pixels that are 0 throughout a batch are
nearly all at the front; their products with the weights are 0, and so are the gradients of their weights.
`skyline.py` skips them: two fifths of all products in a batch of MNIST, with the same results. Pixels that are 0 in
every sample come first: their weights never change, and optimizers skip them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array, SampleArray

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class InputOrder:
    """An order of the inputs.

    Attributes:
        inputs: `(inputs,)`: the input's number at each position.
        idle: How many of the first positions are 0 in every sample.
    """

    inputs: NDArray[np.intp]
    idle: int

    @classmethod
    def natural(cls, count: int) -> "InputOrder":
        """The order as given, with no input known to be idle."""
        return cls(np.arange(count), 0)

    @classmethod
    def by_use(cls, x: SampleArray) -> "InputOrder":
        """From the input that is 0 in most samples of `x` `(n, inputs)` to the one that is 0 in fewest."""
        used = np.zeros(x.shape[1], np.intp)
        for start in range(0, len(x), _ROWS_AT_ONCE):
            used += np.count_nonzero(x[start : start + _ROWS_AT_ONCE], axis=0)
        return cls(np.argsort(used, kind="stable"), int(np.count_nonzero(used == 0)))

    def arrange(self, weights: Float32Array) -> Float32Array:
        """A copy of first-layer `weights` `(inputs, outputs)` with its rows in this order."""
        return weights[self.inputs]

    def put_back(self, weights: Float32Array) -> Float32Array:
        """A copy of arranged `weights` with its rows in the original order."""
        natural = np.empty_like(weights)
        natural[self.inputs] = weights
        return natural
