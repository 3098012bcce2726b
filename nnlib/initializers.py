"""Random parameters to start from."""

from typing import Literal, TypeAlias, get_args

import numpy as np

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array
from nnlib.errors import ArchitectureError

InitializerName: TypeAlias = Literal["uniform", "xavier", "he"]


def draw_weights(shape: tuple[int, int], initializer: InitializerName, rng: np.random.Generator) -> Float32Array:
    """New `(inputs, outputs)` weights.

    `uniform` lies in [-0.5, 0.5]. `xavier` is uniform with variance 2 / (inputs + outputs) (Glorot and Bengio, 2010).
    `he` is normal with variance 2 / inputs (He et al., 2015).
    """
    inputs, outputs = shape
    if initializer == "uniform":
        return rng.uniform(-0.5, 0.5, shape).astype(np.float32)
    if initializer == "xavier":
        limit = np.sqrt(6 / (inputs + outputs))
        return rng.uniform(-limit, limit, shape).astype(np.float32)
    if initializer == "he":
        return rng.normal(0, np.sqrt(2 / inputs), shape).astype(np.float32)
    raise ArchitectureError(f"initializer must be one of {get_args(InitializerName)}, got {initializer!r}")


def draw_biases(outputs: int, initializer: InitializerName, rng: np.random.Generator) -> Float32Array:
    """New `(outputs,)` biases: in [-0.5, 0.5] for `uniform`, otherwise 0."""
    if initializer == "uniform":
        return rng.uniform(-0.5, 0.5, outputs).astype(np.float32)
    return np.zeros(outputs, np.float32)


def draw_layers(
    architecture: Architecture, initializer: InitializerName, rng: np.random.Generator
) -> tuple[list[Float32Array], list[Float32Array]]:
    """New weights and biases of every layer, first layer first, weights before biases."""
    weights, biases = [], []
    for shape in architecture.shapes:
        weights.append(draw_weights(shape, initializer, rng))
        biases.append(draw_biases(shape[1], initializer, rng))
    return weights, biases
