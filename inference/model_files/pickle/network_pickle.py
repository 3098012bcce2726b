"""A network as our model file: a pickle of plain values, and back again under checks."""

import hashlib
from typing import Any, Final

import numpy as np

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, checked_sizes, listed, sizes_of
from inference.model_files.pickle import plain_pickle
from nnlib import Network

FORMAT: Final = "digitlab-network"
FORMAT_VERSION: Final = 1


def network_to_bytes(network: Network, **facts: Any) -> bytes:
    """The model file of `network`; `facts` are plain values stored with the weights (preprocessing id, …)."""
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
    """The network in a pickle: ours, or the original project's.

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
    sizes = checked_sizes(value.get("layers"))
    return checked_network(sizes, value.get("activation"), value.get("output"), value["weights"], value["biases"])


def sha256(data: bytes) -> str:
    """The fingerprint of a model file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _original_network(value: dict[str, Any]) -> Network:
    weights = value["weights"]
    if not isinstance(weights, list) or not all(isinstance(w, np.ndarray) and w.ndim == 2 for w in weights):
        raise ArtifactError("expected a list of two-dimensional weight arrays")
    weights = [w.T for w in weights]
    biases = [b.reshape(-1) if isinstance(b, np.ndarray) else b for b in listed(value["biases"], "biases")]
    return checked_network(sizes_of(weights), "sigmoid", "sigmoid", weights, biases)
