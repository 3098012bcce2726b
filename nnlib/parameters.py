"""All weights and biases of a network in one flat vector, with a view of each.

Per layer the vector holds the `(inputs, outputs)` weights and then the `(outputs,)` biases. An optimizer reads one long
vector, the forward and backward passes read matrices, and nothing is copied between the two.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.arrays import FloatArray
from nnlib.errors import ShapeError

F = TypeVar("F", bound=np.floating[Any])


class Parameters(Generic[F]):
    """A flat vector and its views; also used for gradients, which have the same layout.

    Attributes:
        flat: `(parameter_count,)`, contiguous. Writing to it changes every view.
        weights: Per layer a `(inputs, outputs)` view of `flat`.
        biases: Per layer an `(outputs,)` view of `flat`.
    """

    __slots__ = ("biases", "flat", "weights")

    def __init__(self, architecture: Architecture, flat: NDArray[F]) -> None:
        if flat.shape != (architecture.parameter_count,):
            raise ShapeError(
                f"expected {architecture.parameter_count} parameters in one vector, got shape {flat.shape}"
            )
        self.flat = flat
        self.weights: list[NDArray[F]] = []
        self.biases: list[NDArray[F]] = []
        start = 0
        for inputs, outputs in architecture.shapes:
            middle, end = start + inputs * outputs, start + (inputs + 1) * outputs
            self.weights.append(flat[start:middle].reshape(inputs, outputs))
            self.biases.append(flat[middle:end])
            start = end


def flatten(architecture: Architecture, weights: Sequence[FloatArray], biases: Sequence[FloatArray]) -> FloatArray:
    """A new float32 vector of `weights` and `biases` in the layout of `Parameters`.

    Raises:
        ShapeError: If an array is missing or its shape differs from the architecture's.
    """
    layers = len(architecture.shapes)
    if len(weights) != layers or len(biases) != layers:
        raise ShapeError(f"expected {layers} weights and biases, got {len(weights)} and {len(biases)}")
    parts = []
    for layer, ((inputs, outputs), w, b) in enumerate(zip(architecture.shapes, weights, biases, strict=True)):
        if w.shape != (inputs, outputs) or b.shape != (outputs,):
            raise ShapeError(
                f"layer {layer}: expected weights {(inputs, outputs)} and biases {(outputs,)}, "
                f"got {w.shape} and {b.shape}"
            )
        parts += [w.ravel(), b]
    return np.concatenate(parts).astype(np.float32)
