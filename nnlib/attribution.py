"""Contribution of each input to each logit. The contributions sum to the logits exactly, for every activation.

The network is evaluated on the input and on a reference. If a hidden neuron's `z` differs by `dz` and its value by
`dy`, the line through both points has the slope `dy / dz`. With these slopes instead of the activations the network is
linear between the two inputs, so a chain of matrix products gives every input's share of the difference. This is
DeepLIFT's rescale rule (Shrikumar, Greenside and Kundaje, "Learning Important Features Through Propagating Activation
Differences", 2017). For relu without biases and a blank reference it is gradient times input.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.backpropagation import forward
from nnlib.errors import ShapeError
from nnlib.network import Network

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contributions:
    """The parts of an input's logits: `base + shares.sum(axis=1)` are the logits, up to rounding.

    Attributes:
        shares: `(outputs, inputs)`.
        base: `(outputs,)`: the logits of the reference.
    """

    shares: Float64Array
    base: Float64Array

    @property
    def logits(self) -> Float64Array:
        """`(outputs,)`: the sum of the parts."""
        total: Float64Array = self.base + self.shares.sum(axis=1)
        return total


def contributions(
    network: Network, x: NDArray[np.floating[Any]], reference: NDArray[np.floating[Any]]
) -> Contributions:
    """What makes the logits of `x` differ from those of `reference`, both `(inputs,)` in [0, 1]; in float64.

    Raises:
        ShapeError: If the shape of either is wrong.
    """
    expected = (network.architecture.inputs,)
    if x.shape != expected or reference.shape != expected:
        raise ShapeError(f"expected x and reference of shape {expected}, got {x.shape} and {reference.shape}")
    both = np.stack([x, reference]).astype(np.float64)
    difference = both[0] - both[1]
    weights = [w.astype(np.float64) for w in network.weights]
    *values, logits = forward(network.architecture, weights, network.biases, both, output=lambda z: z)
    slopes = []
    for x_both, w, b, y_both in zip(values, weights, network.biases, values[1:], strict=False):
        z_both = x_both @ w + b
        slopes.append(_slopes(y_both[0] - y_both[1], z_both[0] - z_both[1]))
    base = logits[1]
    shares = weights[-1]
    for w, slope in zip(reversed(weights[:-1]), reversed(slopes), strict=True):
        shares = w @ (slope[:, None] * shares)
    return Contributions((difference[:, None] * shares).T, base)


def _slopes(dy: Float64Array, dz: Float64Array) -> Float64Array:
    """`dy / dz`; 0 where `dz` is 0."""
    return np.divide(dy, dz, out=np.zeros_like(dy), where=dz != 0)
