"""A network: its architecture, its parameters and what it answers."""

import hashlib
from collections.abc import Sequence

import numpy as np

from nnlib.activations import ACTIVATIONS, OUTPUTS, PROBABILITIES
from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array, FloatArray
from nnlib.errors import DataError, ShapeError
from nnlib.initializers import InitializerName, draw_layers
from nnlib.parameters import Parameters, flatten


class Network:
    """Fully connected layers. Every forward pass is thread-safe: it writes only to arrays of its own.

    All inputs `x` are `(n, inputs)` float32 in [0, 1].

    Args:
        architecture: The shape.
        weights: Per layer `(inputs, outputs)`; copied as float32.
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
        y: Float32Array = self._checked(x)
        apply = ACTIVATIONS[self.architecture.activation].apply
        last = len(self.weights) - 1
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            y = np.matmul(y, w)
            y += b
            if layer < last:
                apply(y)
        return y

    def outputs(self, x: Float32Array) -> Float32Array:
        """`(n, outputs)`: the last layer, as it is."""
        y = self.logits(x)
        OUTPUTS[self.architecture.output](y)
        return y

    def probabilities(self, x: Float32Array) -> Float32Array:
        """`(n, outputs)` in [0, 1], each row summing to 1: softmax as it is, sigmoid divided by its sum."""
        z = self.logits(x)
        PROBABILITIES[self.architecture.output](z)
        return z

    def activations(self, x: Float32Array) -> list[Float32Array]:
        """Every layer's values from the input (as given) to the outputs, each `(n, units)`."""
        values = [self._checked(x)]
        apply = ACTIVATIONS[self.architecture.activation].apply
        last = len(self.weights) - 1
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            y = values[-1] @ w + b
            if layer < last:
                apply(y)
            else:
                OUTPUTS[self.architecture.output](y)
            values.append(y)
        return values

    def sha256(self) -> str:
        """Hex digest of the architecture and every parameter bit; equal networks answer equally."""
        a = self.architecture
        digest = hashlib.sha256(f"{a.layer_sizes} {a.activation} {a.output}".encode())
        digest.update(self.flat.astype("<f4", copy=False).tobytes())
        return digest.hexdigest()

    def _checked(self, x: Float32Array) -> Float32Array:
        if x.ndim != 2 or x.shape[1] != self.architecture.inputs:
            raise ShapeError(f"expected x of shape (n, {self.architecture.inputs}), got {x.shape}")
        if x.dtype != np.float32:
            raise DataError(f"expected x as float32 in [0, 1], got {x.dtype}")
        return x
