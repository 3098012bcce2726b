"""A network as its page first shows it: layers and strongest connections; then the first layer's weights as pictures.

At most about 60 kB and 250 kB as JSON, however large the network. What a drawing makes of it is in `network_inside.py`.
"""

import base64
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nnlib import Network

FORMAT: Final = "network-3"
# 784 bytes each, a third more as base64.
MAX_PICTURES: Final = 200
# About 20 characters each; shared by all pairs of layers.
MAX_CONNECTIONS: Final = 2000


def summarize(network: Network) -> dict[str, Any]:
    """The layers, and per pair of layers `[source, target, weight]` of the strongest connections."""
    share = MAX_CONNECTIONS // len(network.weights)
    return {
        "layers": list(network.architecture.layer_sizes),
        "activation": network.architecture.activation,
        "output": network.architecture.output,
        "connections": [_strongest(matrix, share) for matrix in network.weights],
    }


def first_layer(network: Network) -> dict[str, Any]:
    """The first-layer neurons with the strongest outgoing weights.

    The weights of each are 784 signed bytes as base64, 127 being that neuron's largest weight.
    """
    weights = network.weights
    outgoing = np.linalg.norm(weights[1], axis=1) if len(weights) > 1 else np.linalg.norm(weights[0], axis=0)
    pictured = np.sort(np.argsort(-outgoing, kind="stable")[:MAX_PICTURES])
    return {"pictures": [{"neuron": int(n), "weights": _signed_bytes(weights[0][:, n])} for n in pictured]}


def _strongest(matrix: NDArray[np.float32], most: int) -> list[list[float]]:
    """The strongest entries of `(inputs, outputs)`, strongest first; an equal share for every target: none is bare."""
    inputs, outputs = matrix.shape
    per_target = min(inputs, max(1, most // outputs))
    rows = np.argpartition(-np.abs(matrix), per_target - 1, axis=0)[:per_target]
    sources, targets = rows.ravel(), np.tile(np.arange(outputs), per_target)
    values = matrix[sources, targets]
    order = np.argsort(-np.abs(values), kind="stable")[:most]
    return [[int(sources[i]), int(targets[i]), float(f"{values[i]:.3g}")] for i in order]


def _signed_bytes(weights: NDArray[np.float32]) -> str:
    largest = float(np.abs(weights).max()) or 1.0
    return base64.b64encode(np.round(weights * (127 / largest)).astype(np.int8).tobytes()).decode()
