"""A network from untrusted parts: sizes, names and arrays from a file, each validated before use."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from nnlib import Architecture, Network, NnlibError, count_parameters
from nnlib.shape import CLASSES, MAX_IMPORTED_PARAMETERS, MAX_LAYERS, PIXELS


def checked_sizes(layers: Any) -> tuple[int, ...]:
    """`layers` as the sizes of a network of ours.

    Raises:
        ArtifactError: they are no whole numbers, too many, too large, or do not lead from pixels to digits.
    """
    if not isinstance(layers, list | tuple) or not all(type(n) is int and n > 0 for n in layers):
        raise ArtifactError("expected a list of layer sizes")
    if not 2 <= len(layers) <= MAX_LAYERS or layers[0] != PIXELS or layers[-1] != CLASSES:
        raise ArtifactError(
            f"expected 2 to {MAX_LAYERS} layers from {PIXELS} inputs to {CLASSES} outputs; got {str(layers)[:80]}"
        )
    parameters = count_parameters(layers)
    if parameters > MAX_IMPORTED_PARAMETERS:
        raise ArtifactError(f"expected at most {MAX_IMPORTED_PARAMETERS:,} parameters; got {parameters:,}")
    return tuple(layers)


def sizes_of(weights: Sequence[NDArray[Any]]) -> tuple[int, ...]:
    """The layer sizes that matrices `(inputs, outputs)` follow from; checked as by `checked_sizes`."""
    return checked_sizes([w.shape[0] for w in weights] + [w.shape[1] for w in weights[-1:]])


def checked_network(sizes: tuple[int, ...], activation: Any, output: Any, weights: Any, biases: Any) -> Network:
    """The network of these parts: per layer `(inputs, outputs)` weights and `(outputs,)` biases, of any float type.

    Raises:
        ArtifactError: a name is unknown, an array is missing or of another shape, or a number is not finite.
    """
    shapes = list(itertools.pairwise(sizes))
    try:
        architecture = Architecture(layer_sizes=sizes, activation=activation, output=output)
        return Network(
            architecture,
            [_floats(w, shape, "weights") for w, shape in zip(listed(weights, "weights"), shapes, strict=True)],
            [_floats(b, shape[1:], "biases") for b, shape in zip(listed(biases, "biases"), shapes, strict=True)],
        )
    except ArtifactError:
        raise
    except (NnlibError, ValueError, TypeError) as error:
        raise ArtifactError(f"expected the weights of a {'-'.join(map(str, sizes))} network: {error}") from error


def listed(value: Any, name: str) -> list[Any]:
    """`value` as a list.

    Raises:
        ArtifactError: it is neither a list nor a tuple.
    """
    if not isinstance(value, list | tuple):
        raise ArtifactError(f"expected {name} as a list of arrays; got {type(value).__name__}")
    return list(value)


def _floats(array: Any, shape: tuple[int, ...], name: str) -> NDArray[np.float32]:
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.shape != shape:
        got = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ArtifactError(f"expected {name} as floats of shape {shape}; got {got}")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, which is refused below
        floats = np.ascontiguousarray(array, np.float32)
    if not math.isfinite(float(np.abs(floats).sum(dtype=np.float64))):
        raise ArtifactError(f"expected finite {name}; got NaN or infinity")
    return floats
