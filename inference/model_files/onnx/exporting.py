"""A network as an ONNX graph: `pixels` (n, 784) in [0, 1] → `probabilities` (n, 10), as our predictor answers them.

Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.model_files.onnx.protobuf import encoded
from inference.model_files.pickle import network_pickle
from nnlib import Network

INPUT: Final = "pixels"
OUTPUT: Final = "probabilities"
FLOAT: Final = 1
# What every runtime of the last years reads.
IR_VERSION: Final = 8
OPSET: Final = 13
_INTEGER_ATTRIBUTE: Final = 2
_OPERATORS: Final = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu"}


def write(network: Network, facts: Mapping[str, str]) -> bytes:
    """The ONNX file of `network`; `facts` are in its metadata, with format, layers and activations."""
    architecture = network.architecture
    graph = encoded(
        (1, _nodes(network)),
        (2, "digit"),
        (5, _initializers(network)),
        (11, _value(INPUT, architecture.inputs)),
        (12, _value(OUTPUT, architecture.outputs)),
    )
    metadata = {
        "format": network_pickle.FORMAT,
        "version": str(network_pickle.FORMAT_VERSION),
        "layers": "-".join(map(str, architecture.layer_sizes)),
        "activation": architecture.activation,
        "output": architecture.output,
        **facts,
    }
    return encoded(
        (1, IR_VERSION),
        (2, "digitlab"),
        (7, graph),
        (8, encoded((1, ""), (2, OPSET))),
        (14, [encoded((1, key), (2, value)) for key, value in metadata.items()]),
    )


def _nodes(network: Network) -> list[bytes]:
    architecture = network.architecture
    nodes: list[bytes] = []
    name = INPUT
    last = len(network.weights) - 1
    for layer in range(last + 1):
        nodes.append(_node("Gemm", [name, f"weight_{layer}", f"bias_{layer}"], f"logits_{layer}"))
        name = f"logits_{layer}"
        if layer < last:
            nodes.append(_node(_OPERATORS[architecture.activation], [name], f"activation_{layer}"))
            name = f"activation_{layer}"
    if architecture.output == "sigmoid":
        # sigmoid(z_k) / sum_j sigmoid(z_j) = softmax(log sigmoid(z))_k, and log sigmoid(z) = -softplus(-z).
        for index, operator in enumerate(("Neg", "Softplus", "Neg")):
            nodes.append(_node(operator, [name], f"log_sigmoid_{index}"))
            name = f"log_sigmoid_{index}"
    return [*nodes, _node("Softmax", [name], OUTPUT, axis=1)]


def _node(operator: str, inputs: list[str], output: str, **attributes: int) -> bytes:
    described = [encoded((1, key), (3, value), (20, _INTEGER_ATTRIBUTE)) for key, value in attributes.items()]
    return encoded((1, inputs), (2, output), (3, output), (4, operator), (5, described))


def _initializers(network: Network) -> list[bytes]:
    pairs = enumerate(zip(network.weights, network.biases, strict=True))
    return [
        _tensor(name, array)
        for layer, (weights, biases) in pairs
        for name, array in ((f"weight_{layer}", weights), (f"bias_{layer}", biases))
    ]


def _tensor(name: str, array: NDArray[np.float32]) -> bytes:
    return encoded((1, list(array.shape)), (2, FLOAT), (8, name), (9, array))


def _value(name: str, size: int) -> bytes:
    """What goes in or out: float32 of `(n, size)`."""
    shape = encoded((1, [encoded((2, "n")), encoded((1, size))]))
    tensor: Any = encoded((1, FLOAT), (2, shape))
    return encoded((1, name), (2, encoded((1, tensor))))
