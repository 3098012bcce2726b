"""A network: architecture and parameters, with its forward passes."""

import hashlib
from collections.abc import Sequence

import numpy as np

from nnlib.activations import OUTPUTS, PROBABILITIES, Function
from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array, FloatArray
from nnlib.backpropagation import forward
from nnlib.errors import DataError, ShapeError
from nnlib.fast.convolutions import convolved
from nnlib.initializers import draw_layers
from nnlib.parameters import Parameters, flatten
from nnlib.vocabulary import InitializerName


class Network:
    """Convolutions, if any, and dense layers. Every forward pass is thread-safe: it writes only to new arrays.

    All inputs `x` are `(n, inputs)` float32 in [0, 1].

    Args:
        architecture: Convolutions, layer sizes and activations.
        weights: Per layer `(inputs, outputs)`, see `Architecture.shapes`; copied as float32.
        biases: Per layer `(outputs,)`; copied as float32.

    Raises:
        ShapeError: If an array does not fit the architecture.
        DataError: If a parameter is not finite.
    """

    def __init__(self, architecture: Architecture, weights: Sequence[FloatArray], biases: Sequence[FloatArray]) -> None:
        self.architecture = architecture
        self._parameters = Parameters(architecture, flatten(architecture, weights, biases))
        if not np.isfinite(self._parameters.flat).all():
            raise DataError("every weight and bias must be finite, got NaN or infinity")

    @classmethod
    def initialised(
        cls, architecture: Architecture, *, initializer: InitializerName, rng: np.random.Generator
    ) -> "Network":
        """A new network with random parameters; see `initializers.py` for their distributions."""
        return cls(architecture, *draw_layers(architecture, initializer, rng))

    @classmethod
    def from_flat(cls, architecture: Architecture, flat: FloatArray) -> "Network":
        """The network of the parameters that `flat` returned, `(parameter_count,)`; they are copied."""
        parameters = Parameters(architecture, flat)
        return cls(architecture, parameters.weights, parameters.biases)

    @property
    def weights(self) -> list[Float32Array]:
        """Per layer `(inputs, outputs)`: views, not copies."""
        return self._parameters.weights

    @property
    def biases(self) -> list[Float32Array]:
        """Per layer `(outputs,)`: views, not copies."""
        return self._parameters.biases

    @property
    def flat(self) -> Float32Array:
        """All parameters as one vector, in the layout of `Parameters`: a view, not a copy."""
        return self._parameters.flat

    def logits(self, x: Float32Array) -> Float32Array:
        """`(n, outputs)`: the last layer before its activation."""
        return self._last_values(x, _unchanged)

    def outputs(self, x: Float32Array) -> Float32Array:
        """`(n, outputs)`: the values of the last layer."""
        return self._last_values(x, OUTPUTS[self.architecture.output])

    def probabilities(self, x: Float32Array) -> Float32Array:
        """`(n, outputs)` in [0, 1], each row with the sum 1: the outputs, of sigmoid divided by their sum."""
        return self._last_values(x, PROBABILITIES[self.architecture.output])

    def activations(self, x: Float32Array) -> list[Float32Array]:
        """Every layer's values from the input (as given) to the outputs, each `(n, units)`.

        A convolution has two: its maps after the activation and after the maximum, `(n, height, width, channels)`. The
        plain form computes them, with much memory per sample: for a few samples.
        """
        self._check_inputs(x)
        return forward(self.architecture, self.weights, self.biases, x)

    def sha256(self) -> str:
        """Hex digest of the architecture and every parameter bit; equal networks have equal digests."""
        a = self.architecture
        digest = hashlib.sha256(f"{a.layer_sizes} {a.activation} {a.output}".encode())
        digest.update(" ".join(map(str, a.convolutions)).encode())
        digest.update(self.flat.astype("<f4", copy=False).tobytes())
        return digest.hexdigest()

    def _last_values(self, x: Float32Array, output: Function) -> Float32Array:
        """The logits with the activation `output`."""
        self._check_inputs(x)
        a, dense = self.architecture, len(self.architecture.convolutions)
        if a.convolutions:
            x = convolved(a, self._parameters, x)
            a = Architecture(a.dense_sizes, a.activation, a.output)
        return forward(a, self.weights[dense:], self.biases[dense:], x, output=output)[-1]

    def _check_inputs(self, x: Float32Array) -> None:
        if x.ndim != 2 or x.shape[1] != self.architecture.inputs:
            raise ShapeError(f"expected x of shape (n, {self.architecture.inputs}), got {x.shape}")
        if x.dtype != np.float32:
            raise DataError(f"expected x as float32 in [0, 1], got {x.dtype}")


def _unchanged(z: FloatArray) -> FloatArray:
    return z
