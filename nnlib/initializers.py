"""Initial parameters, drawn at random."""

from typing import get_args

import numpy as np

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array
from nnlib.errors import ArchitectureError
from nnlib.vocabulary import InitializerName


def draw_layer(
    shape: tuple[int, int], initializer: InitializerName, rng: np.random.Generator, *, fan_out: int | None = None
) -> tuple[Float32Array, Float32Array]:
    """New `(inputs, outputs)` weights and `(outputs,)` biases.

    `uniform` draws both from [-0.5, 0.5]. The others have biases of 0: `xavier` draws uniform weights with variance
    2 / (inputs + fan_out) (Glorot and Bengio, 2010), `he` normal ones with variance 2 / inputs (He et al., 2015).
    `fan_out` is the number of values that read one input: by default all outputs; see `Architecture.fans_out`.
    """
    inputs, outputs = shape
    biases = np.zeros(outputs)
    if initializer == "uniform":
        weights, biases = rng.uniform(-0.5, 0.5, shape), rng.uniform(-0.5, 0.5, outputs)
    elif initializer == "xavier":
        limit = np.sqrt(6 / (inputs + (fan_out or outputs)))
        weights = rng.uniform(-limit, limit, shape)
    elif initializer == "he":
        weights = rng.normal(0, np.sqrt(2 / inputs), shape)
    else:
        raise ArchitectureError(f"initializer must be one of {get_args(InitializerName)}, got {initializer!r}")
    return weights.astype(np.float32), biases.astype(np.float32)


def draw_layers(
    architecture: Architecture, initializer: InitializerName, rng: np.random.Generator
) -> tuple[list[Float32Array], list[Float32Array]]:
    """New weights and biases of every layer, first layer first."""
    layers = [
        draw_layer(shape, initializer, rng, fan_out=fan_out)
        for shape, fan_out in zip(architecture.shapes, architecture.fans_out, strict=True)
    ]
    return [weights for weights, _ in layers], [biases for _, biases in layers]
