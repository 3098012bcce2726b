"""The nodes of an ONNX graph, and its attributes. Field numbers are those of onnx.proto."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.onnx import protobuf
from inference.model_files.onnx.protobuf import Message, Reader
from inference.model_files.onnx.tensors import MAX_DIMENSIONS, tensor_array

STANDARD_DOMAINS: Final = frozenset({"", "ai.onnx"})
# Their other outputs are of use to training; a node that reads one is refused.
_MORE_OUTPUTS: Final = frozenset({"Dropout", "BatchNormalization"})
_MAX_NUMBERS: Final = 8


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph."""

    operator: str
    inputs: list[str]
    output: str
    attributes: dict[str, Message]

    def integer(self, name: str, default: int) -> int:
        """A whole-number attribute."""
        return protobuf.integer(self.attributes[name], 3) if name in self.attributes else default

    def integers(self, name: str) -> list[int]:
        """An attribute that is a list of whole numbers; empty where there is none."""
        return protobuf.integers(self.attributes.get(name, {}), 8, most=_MAX_NUMBERS)

    def real(self, name: str, default: float) -> float:
        """A float attribute."""
        if name not in self.attributes:
            return default
        (content,) = protobuf.chunks(self.attributes[name], 2)[-1:] or (memoryview(bytes(4)),)
        return float(np.frombuffer(content, "<f4")[0])


def node_of(reader: Reader, part: memoryview) -> Node:
    """The node in these bytes.

    Raises:
        ArtifactError: its operator is not ONNX's own, or it has several outputs.
    """
    message = reader.message(part)
    operator, domain = protobuf.text(message, 4), protobuf.text(message, 7)
    if domain not in STANDARD_DOMAINS:
        raise ArtifactError(f"expected ONNX's own operators; got {domain[:60]}.{operator[:60]}")
    attributes = [reader.message(attribute) for attribute in protobuf.chunks(message, 5)]
    outputs = protobuf.texts(message, 2)
    if not outputs or not outputs[0] or (len(outputs) > 1 and operator not in _MORE_OUTPUTS):
        raise ArtifactError(f"expected nodes with one output; {operator[:60]} has {len(outputs)}")
    named = {protobuf.text(attribute, 1): attribute for attribute in attributes}
    return Node(operator, protobuf.texts(message, 1), outputs[0], named)


def constant_of(reader: Reader, node: Node) -> NDArray[Any]:
    """The value of a Constant node.

    Raises:
        ArtifactError: it is neither a tensor nor numbers.
    """
    tensors = protobuf.chunks(node.attributes.get("value", {}), 5)
    if len(tensors) == 1:
        return tensor_array(reader.message(tensors[0]))
    if "value_float" in node.attributes:
        return np.array(node.real("value_float", 0.0), np.float32)
    if "value_int" in node.attributes:
        return np.array(node.integer("value_int", 0))
    if "value_ints" in node.attributes:
        return np.array(node.integers("value_ints"), np.int64)
    raise ArtifactError("expected a Constant that is a tensor")


def sample_shape(reader: Reader, value: memoryview) -> tuple[int, ...] | None:
    """The shape of one sample of a graph's input, without the batch; None where the file does not say all of it."""
    message = reader.message(value)
    for number in (2, 1, 2):  # the type, its tensor type, and the shape of that
        parts = protobuf.chunks(message, number)
        if len(parts) != 1:
            return None
        message = reader.message(parts[0])
    dimensions = protobuf.chunks(message, 1)
    if len(dimensions) > MAX_DIMENSIONS:
        return None
    sizes = [protobuf.integer(reader.message(part), 1) for part in dimensions]
    return tuple(sizes[1:]) if all(size > 0 for size in sizes[1:]) else None
