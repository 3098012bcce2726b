"""A network as our model file: a pickle of plain values, and back again under checks."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, checked_sizes, listed
from inference.model_files.import_options import NOTHING_SAID, ImportOptions
from inference.model_files.pickle import plain_pickle
from inference.model_files.plain_arrays import network_of
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


def network_from_bytes(data: bytes, options: ImportOptions = NOTHING_SAID) -> Network:
    """The network in a pickle: ours, the original project's, or plain arrays in containers.

    Ours has `weights[i]` of shape (inputs, outputs) in float32. The original project's has only `weights` of shape
    (outputs, inputs) and `biases`, in float64, with sigmoids throughout.

    Raises:
        ArtifactError: not a model file, damaged, too large, or with shapes that do not fit. Nothing of it was run.
    """
    value = plain_pickle.read(data)
    if not isinstance(value, dict) or "format" not in value:
        return _plain_network(value, options)
    name, version = value["format"], value.get("version")
    if not (isinstance(name, str) and isinstance(version, int)) or (name, version) != (FORMAT, FORMAT_VERSION):
        got = f"{str(name)[:40]!r} version {str(version)[:10]}"
        raise ArtifactError(f"expected format {FORMAT!r} version {FORMAT_VERSION}; got {got}")
    if not {"weights", "biases"} <= value.keys():
        raise ArtifactError('expected a dictionary with "weights" and "biases"')
    sizes = checked_sizes(value.get("layers"))
    functions = options.functions(value.get("activation"), value.get("output"), has_hidden_layers=len(sizes) > 2)
    return checked_network(sizes, *functions, value["weights"], value["biases"])


def sha256(data: bytes) -> str:
    """The fingerprint of a model file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _plain_network(value: Any, options: ImportOptions) -> Network:
    facts = value if isinstance(value, dict) else {}
    said = {name: facts[name] for name in ("activation", "output") if isinstance(facts.get(name), str)}
    if facts.keys() == {"weights", "biases"}:  # the original project's, unless somebody says otherwise
        value = {name: listed(facts[name], name) for name in facts}
        said = {"activation": options.activation or "sigmoid", "output": options.output or "sigmoid"}
    arrays = dict(_arrays(value, ()))
    if not arrays:
        kind = type(value).__name__
        raise ArtifactError(
            f'expected arrays, such as a dictionary with "weights" and "biases"; got a {kind} without any'
        )
    shapes = {name: array.shape for name, array in arrays.items() if array.dtype.kind == "f"}
    return network_of(shapes, arrays.__getitem__, options, **said)


def _arrays(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array in `value`, by the keys and places that lead to it."""
    if isinstance(value, np.ndarray):
        yield ".".join(path), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _arrays(item, (*path, key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _arrays(item, (*path, str(place)))
