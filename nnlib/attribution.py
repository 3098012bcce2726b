"""How much each input adds to each logit, so that the shares sum to the logits exactly, whatever the activation.

A network is compared with itself on a reference input. Where a hidden neuron's sum differs by `dz` and its value by
`dy`, its line through both points has the slope `dy / dz`. With these slopes in place of the activations the network is
linear between the two inputs, so that a chain of matrix products gives every input's share of the difference. This is
DeepLIFT's rescale rule (Shrikumar, Greenside and Kundaje, "Learning Important Features Through Propagating Activation
Differences", 2017). For relu without biases and a blank reference it is gradient times input.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.activations import ACTIVATIONS
from nnlib.errors import ShapeError
from nnlib.network import Network

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contributions:
    """The logits of an input, taken apart: `base + shares.sum(axis=1)` are the logits, to rounding.

    Attributes:
        shares: `(outputs, inputs)`.
        base: `(outputs,)`: the logits of the reference.
    """

    shares: Float64Array
    base: Float64Array

    @property
    def logits(self) -> Float64Array:
        """`(outputs,)`, summed from the parts."""
        total: Float64Array = self.base + self.shares.sum(axis=1)
        return total


def contributions(
    network: Network, x: NDArray[np.floating[Any]], reference: NDArray[np.floating[Any]]
) -> Contributions:
    """What makes the logits of `x` differ from those of `reference`, both `(inputs,)` in [0, 1]; in float64.

    Raises:
        ShapeError: If either has another shape.
    """
    expected = (network.architecture.inputs,)
    if x.shape != expected or reference.shape != expected:
        raise ShapeError(f"expected x and reference of shape {expected}, got {x.shape} and {reference.shape}")
    both = np.stack([x, reference]).astype(np.float64)
    difference = both[0] - both[1]
    apply = ACTIVATIONS[network.architecture.activation].apply
    weights = [w.astype(np.float64) for w in network.weights]
    slopes = []
    for w, b in zip(weights[:-1], network.biases[:-1], strict=True):
        z = both @ w + b
        both = z.copy()
        apply(both)
        slopes.append(_slopes(both[0] - both[1], z[0] - z[1]))
    base = both[1] @ weights[-1] + network.biases[-1]
    shares = weights[-1]
    for w, slope in zip(reversed(weights[:-1]), reversed(slopes), strict=True):
        shares = w @ (slope[:, None] * shares)
    return Contributions((difference[:, None] * shares).T, base)


def _slopes(dy: Float64Array, dz: Float64Array) -> Float64Array:
    """`dy / dz`; 0 where nothing differs, which then has nothing to pass on."""
    return np.divide(dy, dz, out=np.zeros_like(dy), where=dz != 0)
