"""Optimizers in their plain form: each turns parameters, gradient and learning rate into new parameters.

An optimizer is independent of the network; make one for every array of parameters, of any shape. With the gradient g,
the learning rate r, and v, m and s starting at 0. `fast/optimizers.py` computes the same in place.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nnlib.arrays import FloatArray

EPSILON = 1e-8

Optimizer: TypeAlias = Callable[[FloatArray, FloatArray, float], FloatArray]
"""`optimizer(p, g, rate)`: the parameters after one step from `p`; both arrays are left unchanged."""


def sgd(p: FloatArray, g: FloatArray, rate: float) -> FloatArray:
    """Gradient descent: p -= r g."""
    return p - rate * g


class Momentum:
    """v = 0.9 v + g; p -= r v (Polyak, 1964)."""

    v: FloatArray | float = 0.0

    def __call__(self, p: FloatArray, g: FloatArray, rate: float) -> FloatArray:
        """See `Optimizer`."""
        self.v = 0.9 * self.v + g
        return p - rate * self.v


class Nesterov:
    """v = 0.9 v + g; p -= r (g + 0.9 v) (Sutskever et al., 2013)."""

    v: FloatArray | float = 0.0

    def __call__(self, p: FloatArray, g: FloatArray, rate: float) -> FloatArray:
        """See `Optimizer`."""
        self.v = 0.9 * self.v + g
        return p - rate * (g + 0.9 * self.v)


class RMSProp:
    """s = 0.9 s + 0.1 g^2; p -= r g / (sqrt(s) + 1e-8) (Hinton, 2012)."""

    s: FloatArray | float = 0.0

    def __call__(self, p: FloatArray, g: FloatArray, rate: float) -> FloatArray:
        """See `Optimizer`."""
        self.s = 0.9 * self.s + 0.1 * g * g
        return p - rate * g / (np.sqrt(self.s) + EPSILON)


class Adam:
    """Momentum divided by recent gradient size, both corrected for the start at 0 (Kingma and Ba, 2015).

    m = 0.9 m + 0.1 g; s = 0.999 s + 0.001 g^2; p -= r m' / (sqrt(s') + 1e-8)
    with m' = m / (1 - 0.9^t) and s' = s / (1 - 0.999^t) in step t = 1, 2, ...
    """

    m: FloatArray | float = 0.0
    s: FloatArray | float = 0.0
    t: int = 0

    def __call__(self, p: FloatArray, g: FloatArray, rate: float) -> FloatArray:
        """See `Optimizer`."""
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.s = 0.999 * self.s + 0.001 * g * g
        mean, square = self.m / (1 - 0.9**self.t), self.s / (1 - 0.999**self.t)
        return p - rate * mean / (np.sqrt(square) + EPSILON)


OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "sgd": lambda: sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": Adam,  # differs only in weight decay: see `train.py` (Loshchilov and Hutter, 2019)
}
"""Makes a new optimizer, by `OptimizerName`."""
