"""A plain dense network out of an ONNX file: Gemm, or MatMul and Add, with an activation between; all else is refused.

The graph is not run but followed, node by node, from its input to its output. Field numbers are those of onnx.proto.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, sizes_of
from inference.model_files.onnx import protobuf
from inference.model_files.onnx.protobuf import Message, Reader
from inference.model_files.onnx.tensors import tensor_array, tensor_name
from nnlib import Network
from nnlib.shape import MAX_LAYERS

MAX_NODES: Final = 20 * MAX_LAYERS
MIN_OPSET: Final = 7
_ACTIVATIONS: Final = {"Sigmoid": "sigmoid", "Tanh": "tanh", "Relu": "relu"}
# The end of our own export of a network with sigmoid outputs: softmax(log sigmoid(z)).
_LOG_SIGMOID: Final = ("Neg", "Softplus", "Neg")
_STANDARD_DOMAINS: Final = frozenset({"", "ai.onnx"})
_FLOAT_TYPES: Final = frozenset({1, 10, 11})


def read(data: bytes) -> Network:
    """The network in an ONNX file.

    It reads `(n, 784)`, or images that a Flatten or Reshape makes rows of. A graph that ends with its logits is given
    the softmax that it was trained with.

    Raises:
        ArtifactError: not such a file, damaged, or more than a plain dense network; the operator is named.
    """
    try:
        reader = Reader()
        model = reader.message(memoryview(data))
        _check_operators(reader, model)
        graphs = protobuf.chunks(model, 7)
        if len(graphs) != 1:
            raise ArtifactError("expected an ONNX file with a graph")
        return _Walk(reader, reader.message(graphs[0])).network(_hidden_activation(reader, model))
    except ArtifactError:
        raise
    except (ValueError, OverflowError) as error:  # numbers that NumPy cannot take as bytes or shapes
        raise ArtifactError(f"expected a whole ONNX file; got a damaged one ({type(error).__name__})") from error


def _check_operators(reader: Reader, model: Message) -> None:
    if 25 in model:
        raise ArtifactError("expected ONNX's own operators; the file defines functions of its own")
    for part in protobuf.chunks(model, 8):
        operators = reader.message(part)
        domain, version = protobuf.text(operators, 1), protobuf.integer(operators, 2)
        if domain in _STANDARD_DOMAINS and version < MIN_OPSET:
            raise ArtifactError(f"expected ONNX's operators of version {MIN_OPSET} or later; got {version}")


def _hidden_activation(reader: Reader, model: Message) -> str:
    """What our own export says of the hidden layers; without any, the graph does not say."""
    pairs = [reader.message(part) for part in protobuf.chunks(model, 14)]
    said = {protobuf.text(pair, 1): protobuf.text(pair, 2) for pair in pairs}
    return said.get("activation", "relu")


@dataclass(slots=True)
class _Layer:
    """A dense layer as far as the walk has seen it."""

    weights: NDArray[Any]
    biases: NDArray[Any] | None = None
    # The operators that follow it.
    after: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Node:
    """One operation of the graph."""

    operator: str
    inputs: list[str]
    output: str
    attributes: dict[str, Message]

    def integer(self, name: str, default: int) -> int:
        """A whole-number attribute."""
        return protobuf.integer(self.attributes[name], 3) if name in self.attributes else default

    def real(self, name: str) -> float:
        """A float attribute whose default is 1."""
        if name not in self.attributes:
            return 1.0
        (content,) = protobuf.chunks(self.attributes[name], 2)[-1:] or (memoryview(bytes(4)),)
        return float(np.frombuffer(content, "<f4")[0])


class _Walk:
    """Follows the values from the graph's input through its nodes; `_flow` is the name that they have just now."""

    def __init__(self, reader: Reader, graph: Message) -> None:
        self._reader = reader
        if 15 in graph:
            raise ArtifactError("expected dense tensors; the file has sparse ones")
        self._constants: dict[str, NDArray[Any]] = {}
        for part in protobuf.chunks(graph, 5):
            tensor = reader.message(part)
            self._constants[tensor_name(tensor)] = tensor_array(tensor)
        inputs = [name for name in self._names(graph, 11) if name not in self._constants]
        outputs = self._names(graph, 12)
        if len(inputs) != 1 or len(outputs) != 1:
            raise ArtifactError(f"expected one input and one output; got {len(inputs)} and {len(outputs)}")
        self._flow, self._end = inputs[0], outputs[0]
        self._nodes = protobuf.chunks(graph, 1)
        if len(self._nodes) > MAX_NODES:
            raise ArtifactError(f"expected at most {MAX_NODES} nodes; got {len(self._nodes):,}")
        self._layers: list[_Layer] = []

    def network(self, activation_without_hidden_layers: str) -> Network:
        """Follow every node, then build what was found."""
        for part in self._nodes:
            self._follow(self._node(part))
        if self._flow != self._end or not self._layers:
            raise ArtifactError("expected a graph that leads from its input through dense layers to its output")
        *hidden, last = self._layers
        weights = [layer.weights for layer in self._layers]
        sizes = sizes_of(weights)
        biases = [
            np.zeros(size, np.float32) if layer.biases is None else layer.biases
            for layer, size in zip(self._layers, sizes[1:], strict=True)
        ]
        activation = _common_activation(hidden) or activation_without_hidden_layers
        return checked_network(sizes, activation, _output(last), weights, biases)

    def _follow(self, node: _Node) -> None:
        step = _STEPS.get(node.operator)
        if step is None:
            known = ", ".join(sorted(_STEPS))
            got = node.operator[:60]
            raise ArtifactError(f"expected a plain dense network; got the operator {got}, which is none of {known}")
        if node.output in self._constants or node.output == self._flow:
            raise ArtifactError(f"expected every name in the graph once; got {node.output[:60]!r} again")
        for name in node.inputs:
            if name and name != self._flow and name not in self._constants:
                raise ArtifactError(f"expected a chain of layers; {node.operator} also reads {name[:60]!r}")
        step(self, node)

    def constant(self, node: _Node) -> None:
        """A tensor in the middle of the graph."""
        values = protobuf.chunks(node.attributes.get("value", {}), 5)
        if len(values) != 1:
            raise ArtifactError("expected a Constant that is a tensor")
        self._constants[node.output] = tensor_array(self._reader.message(values[0]))

    def identity(self, node: _Node) -> None:
        """The same values under another name; also a Cast between floats."""
        if node.operator == "Cast" and node.integer("to", 1) not in _FLOAT_TYPES:
            raise ArtifactError("expected a Cast to floats")
        if self._flows_into(node):
            self._flow = node.output
        else:
            self._constants[node.output] = self._constant(node, 0)

    def transpose(self, node: _Node) -> None:
        """A matrix the other way round; only of a constant."""
        if self._flows_into(node):
            raise ArtifactError("expected weights to be transposed; got a Transpose of the values between layers")
        order = node.attributes.get("perm", {})
        matrix = self._constant(node, 0)
        if matrix.ndim != 2 or protobuf.integers(order, 8, most=4) not in ([], [1, 0]):
            raise ArtifactError("expected a Transpose of a matrix")
        self._constants[node.output] = matrix.T

    def flatten(self, node: _Node) -> None:
        """Images as rows: only Flatten from the second axis, or Reshape to `(n, anything)`."""
        if not self._flows_into(node):
            raise ArtifactError(f"expected a {node.operator} of images; got one of weights")
        if node.operator == "Flatten":
            is_rows = node.integer("axis", 1) == 1
        else:
            shape = self._constant(node, 1).ravel().tolist()
            width = self._layers[-1].weights.shape[1] if self._layers else math.nan
            is_rows = len(shape) == 2 and shape[0] in {-1, 0, 1} and (shape[1] in {-1, width} or not self._layers)
        if not is_rows:
            raise ArtifactError(f"expected a {node.operator} of images to rows")
        self._flow = node.output

    def gemm(self, node: _Node) -> None:
        """A whole dense layer: x W + b."""
        if node.real("alpha") != 1 or node.real("beta") != 1 or node.integer("transA", 0):
            raise ArtifactError("expected a Gemm with alpha and beta 1 that does not transpose its input")
        weights = self._constant(node, 1)
        self._begin(node, weights.T if node.integer("transB", 0) else weights)
        if len(node.inputs) > 2 and node.inputs[2]:
            self._layers[-1].biases = _row(self._constant(node, 2), self._layers[-1])

    def matmul(self, node: _Node) -> None:
        """A dense layer without its biases: x W."""
        self._begin(node, self._constant(node, 1))

    def add(self, node: _Node) -> None:
        """The biases of a MatMul, on either side."""
        constants = [name for name in node.inputs if name in self._constants]
        if len(node.inputs) != 2 or len(constants) != 1 or not self._layers:
            raise ArtifactError("expected an Add of biases after a MatMul")
        layer = self._layers[-1]
        if layer.biases is not None or layer.after:
            raise ArtifactError("expected one Add of biases, right after its MatMul")
        layer.biases = _row(self._constants[constants[0]], layer)
        self._flow = node.output

    def activation(self, node: _Node) -> None:
        """A function of each value, or a softmax of each row."""
        if not self._layers or not self._flows_into(node) or len(node.inputs) != 1:
            raise ArtifactError(f"expected {node.operator} after a dense layer")
        if node.operator == "Softmax" and node.integer("axis", -1) not in {1, -1}:
            raise ArtifactError("expected a Softmax over the digits")
        self._layers[-1].after.append(node.operator)
        self._flow = node.output

    def _begin(self, node: _Node, weights: NDArray[Any]) -> None:
        if not node.inputs or node.inputs[0] != self._flow or weights.ndim != 2 or len(self._layers) >= MAX_LAYERS:
            raise ArtifactError(f"expected {node.operator} of the values with a matrix of weights, in few layers")
        self._layers.append(_Layer(weights))
        self._flow = node.output

    def _flows_into(self, node: _Node) -> bool:
        return bool(node.inputs) and node.inputs[0] == self._flow

    def _constant(self, node: _Node, index: int) -> NDArray[Any]:
        if index >= len(node.inputs) or node.inputs[index] not in self._constants:
            raise ArtifactError(f"expected {node.operator} to have constant weights")
        return self._constants[node.inputs[index]]

    def _node(self, part: memoryview) -> _Node:
        message = self._reader.message(part)
        operator, domain = protobuf.text(message, 4), protobuf.text(message, 7)
        if domain not in _STANDARD_DOMAINS:
            raise ArtifactError(f"expected ONNX's own operators; got {domain[:60]}.{operator[:60]}")
        attributes = [self._reader.message(attribute) for attribute in protobuf.chunks(message, 5)]
        outputs = protobuf.texts(message, 2)
        if len(outputs) != 1 or not outputs[0]:
            raise ArtifactError(f"expected nodes with one output; {operator[:60]} has {len(outputs)}")
        named = {protobuf.text(attribute, 1): attribute for attribute in attributes}
        return _Node(operator, protobuf.texts(message, 1), outputs[0], named)

    def _names(self, graph: Message, number: int) -> list[str]:
        return [protobuf.text(self._reader.message(part), 1) for part in protobuf.chunks(graph, number)]


_STEPS: Final[dict[str, Callable[[_Walk, _Node], None]]] = {
    "Constant": _Walk.constant,
    "Identity": _Walk.identity,
    "Cast": _Walk.identity,
    "Transpose": _Walk.transpose,
    "Flatten": _Walk.flatten,
    "Reshape": _Walk.flatten,
    "Gemm": _Walk.gemm,
    "MatMul": _Walk.matmul,
    "Add": _Walk.add,
    **dict.fromkeys([*_ACTIVATIONS, "Softmax", "Neg", "Softplus"], _Walk.activation),
}


def _row(biases: NDArray[Any], layer: _Layer) -> NDArray[Any]:
    """Biases `(outputs,)` or `(1, outputs)` as `(outputs,)`; a lone number or another shape would be spread."""
    size = layer.weights.shape[1]
    if biases.shape not in {(size,), (1, size)}:
        raise ArtifactError(f"expected {size} biases; got an array of shape {biases.shape}")
    return biases.reshape(-1)


def _common_activation(hidden: list[_Layer]) -> str | None:
    """The activation of all hidden layers; None where there is none."""
    found = {tuple(layer.after) for layer in hidden}
    if not found:
        return None
    names = sorted(" and ".join(after) or "nothing" for after in found)
    (after, *others) = found
    if others or len(after) != 1 or after[0] not in _ACTIVATIONS:
        raise ArtifactError(f"expected the same activation after each hidden layer; got {', '.join(names)[:200]}")
    return _ACTIVATIONS[after[0]]


def _output(last: _Layer) -> str:
    outputs = {(): "softmax", ("Softmax",): "softmax", ("Sigmoid",): "sigmoid", (*_LOG_SIGMOID, "Softmax"): "sigmoid"}
    after = tuple(last.after)
    if after not in outputs:
        raise ArtifactError(f"expected Softmax or Sigmoid after the last layer; got {', '.join(after)[:200]}")
    return outputs[after]
