"""A dense network out of an ONNX file: dense layers, and what folds into them without a change of the answers.

The graph is not run but followed, node by node, from its input to its output. Field numbers are those of onnx.proto.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.import_options import NOTHING_SAID, ImportOptions
from inference.model_files.onnx import protobuf
from inference.model_files.onnx.dense_chain import ACTIVATIONS, Affine, DenseChain, Float64Array
from inference.model_files.onnx.graph import STANDARD_DOMAINS, Node, constant_of, node_of, sample_shape
from inference.model_files.onnx.protobuf import Message, Reader
from inference.model_files.onnx.tensors import tensor_array, tensor_name
from nnlib import Network
from nnlib.shape import MAX_LAYERS, PIXELS

MAX_NODES: Final = 20 * MAX_LAYERS
MIN_OPSET: Final = 7
_FLOAT_TYPES: Final = frozenset({1, 10, 11})
_MAX_SHAPE: Final = 8
_EPSILON: Final = 1e-5


def read(data: bytes, options: ImportOptions = NOTHING_SAID) -> Network:
    """The network in an ONNX file.

    It reads `(n, 784)`, or images that a Flatten or Reshape makes rows of. A graph that ends with its logits is given
    the softmax that it was trained with, unless `options` say otherwise.

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
        return _Walk(reader, reader.message(graphs[0])).network(_hidden_activation(reader, model), options)
    except ArtifactError:
        raise
    except (ValueError, IndexError, OverflowError) as error:  # numbers that NumPy cannot take as bytes or shapes
        raise ArtifactError(f"expected a whole ONNX file; got a damaged one ({type(error).__name__})") from error


def _check_operators(reader: Reader, model: Message) -> None:
    if 25 in model:
        raise ArtifactError("expected ONNX's own operators; the file defines functions of its own")
    for part in protobuf.chunks(model, 8):
        operators = reader.message(part)
        domain, version = protobuf.text(operators, 1), protobuf.integer(operators, 2)
        if domain in STANDARD_DOMAINS and version < MIN_OPSET:
            raise ArtifactError(f"expected ONNX's operators of version {MIN_OPSET} or later; got {version}")


def _hidden_activation(reader: Reader, model: Message) -> str | None:
    """What our own export says of the hidden layers; without any, the graph does not say."""
    pairs = [reader.message(part) for part in protobuf.chunks(model, 14)]
    said = {protobuf.text(pair, 1): protobuf.text(pair, 2) for pair in pairs}
    return said.get("activation")


class _Walk:
    """Follows the values from the graph's input through its nodes.

    `_flow` is the name that they have at the present node, `_shape` the shape of one sample of them.
    """

    def __init__(self, reader: Reader, graph: Message) -> None:
        self._reader = reader
        if 15 in graph:
            raise ArtifactError("expected dense tensors; the file has sparse ones")
        tensors = [reader.message(part) for part in protobuf.chunks(graph, 5)]
        names = {tensor_name(tensor) for tensor in tensors}
        inputs = [part for part in protobuf.chunks(graph, 11) if self._name(part) not in names]
        outputs = [self._name(part) for part in protobuf.chunks(graph, 12)]
        if len(inputs) != 1 or len(outputs) != 1:
            found = f"{len(inputs)} and {len(outputs)} ({', '.join(outputs)[:100]})"
            raise ArtifactError(f"expected one input and one output, the probabilities or logits; got {found}")
        self._constants = {tensor_name(tensor): tensor_array(tensor) for tensor in tensors}
        self._flow, self._end = self._name(inputs[0]), outputs[0]
        shape = sample_shape(reader, inputs[0])
        self._shape = shape if shape is not None and math.prod(shape) == PIXELS else (PIXELS,)
        self._nodes = protobuf.chunks(graph, 1)
        if len(self._nodes) > MAX_NODES:
            raise ArtifactError(f"expected at most {MAX_NODES} nodes; got {len(self._nodes):,}")
        self._chain = DenseChain()

    def network(self, activation_without_hidden_layers: str | None, options: ImportOptions) -> Network:
        """Follow every node, then build what was found."""
        for part in self._nodes:
            self._follow(node_of(self._reader, part))
        if self._flow != self._end or self._chain.is_empty:
            raise ArtifactError("expected a graph that leads from its input through dense layers to its output")
        return self._chain.network(activation_without_hidden_layers, options)

    def _follow(self, node: Node) -> None:
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

    # Constants.

    def constant(self, node: Node) -> None:
        """A tensor in the middle of the graph."""
        self._constants[node.output] = constant_of(self._reader, node)

    def shape(self, node: Node) -> None:
        """The shape of the values, as `[0, …]`: a Reshape takes 0 in this place as the size of the batch."""
        if not self._flows_into(node):
            raise ArtifactError("expected the Shape of the values; got that of a constant")
        whole = np.array([0, *self._shape])
        start, end = node.integer("start", 0), node.integer("end", len(whole))
        self._constants[node.output] = whole[start:end]

    def part_of_shape(self, node: Node) -> None:
        """Gather and Concat, with which PyTorch builds the shape for a Reshape."""
        parts = [self._constant(node, index) for index in range(len(node.inputs))]
        if any(part.dtype.kind != "i" or part.ndim > 1 or part.size > _MAX_SHAPE for part in parts):
            raise ArtifactError(f"expected {node.operator} of a shape")
        if node.operator == "Concat":
            joined = np.concatenate([np.atleast_1d(part) for part in parts])
        else:
            values, places = parts
            joined = np.take(values, places)
        self._constants[node.output] = joined[:_MAX_SHAPE] if joined.ndim else joined

    # The values as they are, under another name or in another shape.

    def identity(self, node: Node) -> None:
        """The same values under another name; also a Cast between floats."""
        is_cast = node.operator == "Cast"
        if is_cast and node.integer("to", 1) not in _FLOAT_TYPES:
            raise ArtifactError("expected a Cast to floats")
        if self._flows_into(node):
            self._flow = node.output
        else:
            value = self._constant(node, 0)
            self._constants[node.output] = value.astype(np.float64) if is_cast and value.dtype.kind != "f" else value

    def dropout(self, node: Node) -> None:
        """Nothing, as a network that answers drops nothing."""
        training = node.inputs[2] if len(node.inputs) > 2 else ""
        if not self._flows_into(node) or (training and self._constant(node, 2).any()):
            raise ArtifactError("expected a Dropout of the values that is not in training mode")
        self._flow = node.output

    def transpose(self, node: Node) -> None:
        """A matrix the other way round; of the values only where it leaves their order as it is."""
        order = node.integers("perm")
        if self._flows_into(node):
            moved = [axis for axis in order[1:] if 0 < axis <= len(self._shape) and self._shape[axis - 1] > 1]
            if sorted(order) != list(range(len(self._shape) + 1)) or order[0] != 0 or moved != sorted(moved):
                raise ArtifactError("expected weights to be transposed; got a Transpose of the values between layers")
            self._reshape(node, tuple(self._shape[axis - 1] for axis in order[1:]))
            return
        matrix = self._constant(node, 0)
        if matrix.ndim != 2 or order not in ([], [1, 0]):
            raise ArtifactError("expected a Transpose of a matrix")
        self._constants[node.output] = matrix.T

    def flatten(self, node: Node) -> None:
        """Images as rows: Flatten from the second axis."""
        if node.integer("axis", 1) not in {1, -len(self._shape)}:
            raise ArtifactError("expected a Flatten of images to rows")
        self._reshape(node, (math.prod(self._shape),))

    def reshape(self, node: Node) -> None:
        """Samples in another shape; the first axis must stay that of the samples."""
        batch, *rest = self._constant(node, 1).ravel().tolist()[: _MAX_SHAPE + 1] or [0]
        width = math.prod(self._shape)
        known = math.prod(size for size in rest if size != -1)
        if batch != -1 and rest.count(-1) == 1 and known > 0:
            rest[rest.index(-1)] = width // known
        is_sample = all(isinstance(size, int) and size > 0 for size in rest) and math.prod(rest) == width
        if batch not in {-1, 0, 1} or not is_sample:
            raise ArtifactError("expected a Reshape of images to rows")
        self._reshape(node, tuple(rest))

    def squeeze(self, node: Node) -> None:
        """Axes of one entry added or left out; of a shape's parts too."""
        axes = node.integers("axes") or (self._constant(node, 1).ravel().tolist() if len(node.inputs) > 1 else [])
        if not self._flows_into(node):
            value = self._constant(node, 0)
            self._constants[node.output] = value.reshape(1) if node.operator == "Unsqueeze" else value.reshape(())
            return
        sizes = [0, *self._shape]
        rank = len(sizes) + len(axes) if node.operator == "Unsqueeze" else len(sizes)
        places = sorted({axis + rank if axis < 0 else axis for axis in axes})
        if not places or not 0 < places[0] <= places[-1] < rank <= _MAX_SHAPE:
            raise ArtifactError(f"expected {node.operator} of axes within an image")
        if node.operator == "Unsqueeze":
            for place in places:
                sizes.insert(place, 1)
        elif all(sizes[place] == 1 for place in places):
            sizes = [size for place, size in enumerate(sizes) if place not in places]
        self._reshape(node, tuple(sizes[1:]))

    def _reshape(self, node: Node, shape: tuple[int, ...]) -> None:
        if not self._flows_into(node) or math.prod(shape) != math.prod(self._shape):
            raise ArtifactError(f"expected a {node.operator} of images; got one of weights")
        self._shape, self._flow = shape, node.output

    # Layers, and what folds into them.

    def gemm(self, node: Node) -> None:
        """A whole dense layer: alpha x W + beta b."""
        weights = self._constant(node, 1)
        if node.integer("transA", 0) or len(self._shape) != 1:
            raise ArtifactError("expected a Gemm of rows that does not transpose its input")
        self._begin(node, weights.T if node.integer("transB", 0) else weights)
        biases = self._per_value(node, 2) if len(node.inputs) > 2 and node.inputs[2] else np.zeros(())
        alpha, beta = np.array(node.real("alpha", 1.0)), np.array(node.real("beta", 1.0))
        self._chain.add_affine(Affine(alpha, beta * biases))

    def matmul(self, node: Node) -> None:
        """A dense layer without its biases: x W."""
        self._begin(node, self._constant(node, 1))

    def arithmetic(self, node: Node) -> None:
        """Add, Sub, Mul or Div with a constant, on either side where the values stay an affine function."""
        places = [place for place, name in enumerate(node.inputs) if name in self._constants]
        if len(node.inputs) != 2 or len(places) != 1:
            raise ArtifactError(f"expected {node.operator} of the values and a constant")
        number, one, zero = self._per_value(node, places[0]), np.ones(()), np.zeros(())
        is_left = places[0] == 0
        if node.operator == "Div" and is_left:
            raise ArtifactError("expected the values divided by a constant; got a constant divided by the values")
        with np.errstate(all="ignore"):  # what is not finite is refused once it is folded
            self._chain.add_affine(
                {
                    "Add": lambda: Affine(one, number),
                    "Sub": lambda: Affine(-one, number) if is_left else Affine(one, -number),
                    "Mul": lambda: Affine(number, zero),
                    "Div": lambda: Affine(1 / number, zero),
                }[node.operator]()
            )
        self._flow = node.output

    def batch_normalization(self, node: Node) -> None:
        """(x - mean) / sqrt(variance + epsilon) · scale + shift per channel, as in inference."""
        if not self._flows_into(node) or node.integer("training_mode", 0) or len(node.inputs) != 5:
            raise ArtifactError("expected a BatchNormalization of the values that is not in training mode")
        channels = [self._floats(node, index) for index in range(1, 5)]
        if any(values.shape != self._shape[:1] for values in channels):
            raise ArtifactError(f"expected a BatchNormalization of {self._shape[0]} channels")
        each = math.prod(self._shape[1:])
        scale, shift, mean, variance = (np.repeat(values, each) for values in channels)
        with np.errstate(all="ignore"):
            factor = scale / np.sqrt(variance + node.real("epsilon", _EPSILON))
            self._chain.add_affine(Affine(factor, shift - mean * factor))
        self._flow = node.output

    def function(self, node: Node) -> None:
        """A function of each value, or a softmax of each row."""
        if not self._flows_into(node) or len(node.inputs) != 1:
            raise ArtifactError(f"expected {node.operator} after a dense layer")
        if node.operator in {"Softmax", "LogSoftmax"} and node.integer("axis", -1) not in {len(self._shape), -1}:
            raise ArtifactError("expected a Softmax over the digits")
        self._chain.add_function(node.operator)
        self._flow = node.output

    def _begin(self, node: Node, weights: NDArray[Any]) -> None:
        width = self._shape[-1]
        if not self._flows_into(node) or weights.ndim != 2 or width != math.prod(self._shape):
            raise ArtifactError(f"expected {node.operator} of the values with a matrix of weights")
        if weights.shape[0] != width:
            raise ArtifactError(f"expected weights from {width} inputs; got a matrix of shape {weights.shape}")
        self._chain.add_layer(weights)
        self._shape, self._flow = (*self._shape[:-1], weights.shape[1]), node.output

    def _per_value(self, node: Node, index: int) -> Float64Array:
        """A constant as a number, or a vector with one entry for each value of a sample.

        Raises:
            ArtifactError: it would spread to another shape, or differ between samples.
        """
        values = self._floats(node, index)
        rank = len(self._shape) + 1
        if values.ndim == rank and values.shape[0] == 1:
            values = values[0]
        if values.ndim < rank and values.size == 1:
            return values.reshape(())
        fits = values.ndim < rank and all(
            size in {1, whole} for size, whole in zip(values.shape[::-1], self._shape[::-1], strict=False)
        )
        if not fits:
            got = f"an array of shape {self._constant(node, index).shape}"
            raise ArtifactError(
                f"expected {node.operator} of {math.prod(self._shape)} values with a constant; got {got}"
            )
        return np.broadcast_to(values, self._shape).ravel()

    def _floats(self, node: Node, index: int) -> Float64Array:
        values = self._constant(node, index)
        if values.dtype.kind != "f":
            raise ArtifactError(f"expected {node.operator} with floats; got {values.dtype}")
        return values.astype(np.float64)

    def _flows_into(self, node: Node) -> bool:
        return bool(node.inputs) and node.inputs[0] == self._flow

    def _constant(self, node: Node, index: int) -> NDArray[Any]:
        if index >= len(node.inputs) or node.inputs[index] not in self._constants:
            raise ArtifactError(f"expected {node.operator} to have constant weights")
        return self._constants[node.inputs[index]]

    def _name(self, part: memoryview) -> str:
        return protobuf.text(self._reader.message(part), 1)


_STEPS: Final[dict[str, Callable[[_Walk, Node], None]]] = {
    "Constant": _Walk.constant,
    "Shape": _Walk.shape,
    "Gather": _Walk.part_of_shape,
    "Concat": _Walk.part_of_shape,
    "Identity": _Walk.identity,
    "Cast": _Walk.identity,
    "Dropout": _Walk.dropout,
    "Transpose": _Walk.transpose,
    "Flatten": _Walk.flatten,
    "Reshape": _Walk.reshape,
    "Squeeze": _Walk.squeeze,
    "Unsqueeze": _Walk.squeeze,
    "Gemm": _Walk.gemm,
    "MatMul": _Walk.matmul,
    "BatchNormalization": _Walk.batch_normalization,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _Walk.arithmetic),
    **dict.fromkeys((*ACTIVATIONS, "Softmax", "LogSoftmax", "Log", "Exp", "Neg", "Softplus"), _Walk.function),
}
