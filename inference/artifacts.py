"""A network as a model file: a pickle of plain values, and back again under checks."""

import hashlib
import itertools
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference import plain_pickle
from inference.errors import ArtifactError
from nnlib import Architecture, Network, NnlibError, count_parameters

FORMAT: Final = "digitlab-network"
FORMAT_VERSION: Final = 1
INPUTS: Final = 784
OUTPUTS: Final = 10
MAX_LAYERS: Final = 10
MAX_PARAMETERS: Final = 20_000_000


def network_to_bytes(network: Network, **facts: Any) -> bytes:
    """The model file of `network`; `facts` are plain values kept beside the weights (preprocessing id, …)."""
    architecture = network.architecture
    return plain_pickle.write(
        {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "layers": list(architecture.layer_sizes),
            "activation": architecture.activation,
            "output": architecture.output,
            "weights": [np.ascontiguousarray(w, np.float32) for w in network.weights],
            "biases": [np.ascontiguousarray(b, np.float32) for b in network.biases],
            **facts,
        }
    )


def network_from_bytes(data: bytes) -> Network:
    """The network in a model file: ours, or the original project's.

    Ours has `weights[i]` of shape (inputs, outputs) in float32. The original project's has only `weights` of shape
    (outputs, inputs) and `biases`, in float64, with sigmoids throughout.

    Raises:
        ArtifactError: not a model file, damaged, too large, or with shapes that do not fit. Nothing of it was run.
    """
    value = plain_pickle.read(data)
    if not isinstance(value, dict) or not {"weights", "biases"} <= value.keys():
        raise ArtifactError('expected a dictionary with "weights" and "biases"')
    if "format" not in value:
        return _original_network(value)
    name, version = value["format"], value.get("version")
    if not (isinstance(name, str) and isinstance(version, int)) or (name, version) != (FORMAT, FORMAT_VERSION):
        got = f"{str(name)[:40]!r} version {str(version)[:10]}"
        raise ArtifactError(f"expected format {FORMAT!r} version {FORMAT_VERSION}; got {got}")
    sizes = _layer_sizes(value.get("layers"))
    return _network(sizes, value.get("activation"), value.get("output"), value["weights"], value["biases"])


def sha256(data: bytes) -> str:
    """The fingerprint of a model file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _original_network(value: dict[str, Any]) -> Network:
    weights = value["weights"]
    if not isinstance(weights, list) or not all(isinstance(w, np.ndarray) and w.ndim == 2 for w in weights):
        raise ArtifactError("expected a list of two-dimensional weight arrays")
    weights = [w.T for w in weights]
    biases = [b.reshape(-1) if isinstance(b, np.ndarray) else b for b in _listed(value["biases"], "biases")]
    sizes = _layer_sizes([w.shape[0] for w in weights] + [w.shape[1] for w in weights[-1:]])
    return _network(sizes, "sigmoid", "sigmoid", weights, biases)


def _layer_sizes(layers: Any) -> tuple[int, ...]:
    if not isinstance(layers, list | tuple) or not all(type(n) is int and n > 0 for n in layers):
        raise ArtifactError("expected a list of layer sizes")
    if not 2 <= len(layers) <= MAX_LAYERS or layers[0] != INPUTS or layers[-1] != OUTPUTS:
        raise ArtifactError(
            f"expected 2 to {MAX_LAYERS} layers from {INPUTS} inputs to {OUTPUTS} outputs; got {str(layers)[:80]}"
        )
    parameters = count_parameters(layers)
    if parameters > MAX_PARAMETERS:
        raise ArtifactError(f"expected at most {MAX_PARAMETERS:,} parameters; got {parameters:,}")
    return tuple(layers)


def _listed(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ArtifactError(f"expected {name} as a list of arrays; got {type(value).__name__}")
    return list(value)


def _network(sizes: tuple[int, ...], activation: Any, output: Any, weights: Any, biases: Any) -> Network:
    shapes = list(itertools.pairwise(sizes))
    try:
        architecture = Architecture(layer_sizes=sizes, activation=activation, output=output)
        return Network(
            architecture,
            [_floats(w, shape, "weights") for w, shape in zip(_listed(weights, "weights"), shapes, strict=True)],
            [_floats(b, shape[1:], "biases") for b, shape in zip(_listed(biases, "biases"), shapes, strict=True)],
        )
    except ArtifactError:
        raise
    except (NnlibError, ValueError, TypeError) as error:
        raise ArtifactError(f"expected the weights of a {'-'.join(map(str, sizes))} network: {error}") from error


def _floats(array: Any, shape: tuple[int, ...], name: str) -> NDArray[np.float32]:
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.shape != shape:
        got = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ArtifactError(f"expected {name} as floats of shape {shape}; got {got}")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, which is refused below
        floats = np.ascontiguousarray(array, np.float32)
    if not math.isfinite(float(np.abs(floats).sum(dtype=np.float64))):
        raise ArtifactError(f"expected finite {name}; got NaN or infinity")
    return floats
