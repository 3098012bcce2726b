"""A version's network as a file for somebody else's program."""

import io
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from inference.models import ModelVersion
from inference.services import load_network, read_artifact


def to_npz(version: ModelVersion) -> bytes:
    """NumPy's archive: `weight_0` (inputs, outputs), `bias_0` …, and the shape as plain arrays."""
    network = load_network(version)
    arrays: dict[str, Any] = {
        "layers": np.array(network.architecture.layer_sizes),
        "activation": np.array(network.architecture.activation),
        "output": np.array(network.architecture.output),
    }
    for index, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        arrays |= {f"weight_{index}": weights, f"bias_{index}": biases}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


EXPORTS: Final[dict[str, Callable[[ModelVersion], bytes]]] = {"pickle": read_artifact, "npz": to_npz}
