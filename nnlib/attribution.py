"""Contribution of each input to each logit. The contributions sum to the logits exactly, for every activation.

The network is evaluated on the input and on a reference. If a hidden neuron's `z` differs by `dz` and its value by
`dy`, the line through both points has the slope `dy / dz`. With these slopes instead of the activations the network is
linear between the two inputs, so a chain of matrix products gives every input's share of the difference. This is
DeepLIFT's rescale rule (Shrikumar, Greenside and Kundaje, "Learning Important Features Through Propagating Activation
Differences", 2017). For relu without biases and a blank reference it is gradient times input.

A maximum changes in two steps: with c the larger of its two values, from that of the reference to c by the pixel that
is the largest for the input, and from c to that of the input by the pixel that is the largest for the reference.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import FloatArray
from nnlib.backpropagation import forward
from nnlib.convolution.maximum import maximum_backward
from nnlib.convolution.product import convolve, input_gradient
from nnlib.errors import ShapeError
from nnlib.network import Network
from nnlib.shape import SIDE

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
    count = len(network.architecture.convolutions)
    dense = [value.reshape(2, -1) for value in values[2 * count :]]
    slopes = []
    for x_both, w, b, y_both in zip(dense, weights[count:], network.biases[count:], dense[1:], strict=False):
        z_both = x_both @ w + b
        slopes.append(_slopes(y_both[0] - y_both[1], z_both[0] - z_both[1]))
    base = logits[1]
    shares = weights[-1]
    for w, slope in zip(reversed(weights[count:-1]), reversed(slopes), strict=True):
        shares = w @ (slope[:, None] * shares)
    for layer in reversed(range(count)):
        below, maps, largest = values[2 * layer : 2 * layer + 3]
        shares = _through_convolution(
            shares, below.reshape(2, *_shape(below)), maps, largest, weights[layer], network.biases[layer]
        )
    return Contributions((difference[:, None] * shares).T, base)


def _shape(below: FloatArray) -> tuple[int, int, int]:
    """Height, width and channels of what a convolution reads, maps or flat images."""
    return (SIDE, SIDE, 1) if below.ndim == 2 else (below.shape[1], below.shape[2], below.shape[3])


def _through_convolution(  # noqa: PLR0917 (the shares, then what forward computed, then the parameters)
    shares: FloatArray,
    below: FloatArray,
    maps: FloatArray,
    largest: FloatArray,
    w: FloatArray,
    b: FloatArray,
) -> Float64Array:
    """From the slopes at the values of a maximum to those at the pixels below its convolution.

    Args:
        shares: `(values of the maximum, outputs)`.
        below: `(2, height, width, channels below)`: what the convolution reads from the input and from the reference.
        maps: `(2, height, width, channels)`: its maps after the activation.
        largest: Their maxima.
        w: Weights.
        b: Biases.
    """
    slope = shares.T.reshape(-1, *largest.shape[1:])
    outputs = len(slope)
    both = np.maximum(largest[0], largest[1])
    of_input, of_reference = (np.broadcast_to(one, (outputs, *one.shape)) for one in maps)
    parts = maximum_backward(slope * (both - largest[1]), of_input)
    parts += maximum_backward(slope * (largest[0] - both), of_reference)
    d_maps = _slopes(parts, np.broadcast_to(maps[0] - maps[1], parts.shape))
    z = convolve(below, w, b)
    dz = d_maps * _slopes(maps[0] - maps[1], z[0] - z[1])
    return np.asarray(input_gradient(dz, w, below.shape[3]).reshape(outputs, -1).T, np.float64)


def _slopes(dy: FloatArray, dz: FloatArray) -> Float64Array:
    """`dy / dz`; 0 where `dz` is 0."""
    return np.divide(dy, dz, out=np.zeros_like(dy), where=dz != 0)
