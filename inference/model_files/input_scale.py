"""The range that a network was trained to read its pixels in, and a network that reads the same pixels in [0, 1]."""

from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.labels import INPUT_SCALE_TITLES
from nnlib import Network, NnlibError

InputScale: TypeAlias = Literal["0..1", "-1..1", "0..255", "mnist-standardized"]
AS_IT_IS: Final[InputScale] = "0..1"
INPUT_SCALES: Final[tuple[InputScale, ...]] = get_args(InputScale)
# Per scale the factor and the shift that a pixel in [0, 1] goes through. Mean and deviation are those of all pixels of
# MNIST's training images, as PyTorch's examples have them.
_MEAN, _DEVIATION = 0.1307, 0.3081
_AFFINE: Final[dict[InputScale, tuple[float, float]]] = {
    "0..1": (1.0, 0.0),
    "-1..1": (2.0, -1.0),
    "0..255": (255.0, 0.0),
    "mnist-standardized": (1 / _DEVIATION, -_MEAN / _DEVIATION),
}


def scaled_pixels(x: NDArray[np.float32], scale: InputScale) -> NDArray[np.float32]:
    """Pixels `x` in [0, 1] as `scale` has them."""
    factor, shift = _AFFINE[scale]
    return x * np.float32(factor) + np.float32(shift)


def folded(network: Network, scale: InputScale) -> Network:
    """The network that answers to pixels in [0, 1] as `network` does to pixels of `scale`; `network` stays as it is.

    With x' = f x + s the first layer is x' W + b = x (f W) + (b + s · the sum of W over the inputs).

    Raises:
        ArtifactError: a weight is too large for it.
    """
    if scale == AS_IT_IS:
        return network
    factor, shift = _AFFINE[scale]
    weights, biases = network.weights[0].astype(np.float64), network.biases[0].astype(np.float64)
    first = (factor * weights, biases + shift * weights.sum(axis=0))
    try:
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused below
            return Network(network.architecture, [first[0], *network.weights[1:]], [first[1], *network.biases[1:]])
    except NnlibError as error:
        raise ArtifactError(
            f"expected weights that can be scaled to inputs of {INPUT_SCALE_TITLES[scale]}; {error}"
        ) from error
