"""The constant tensors of an ONNX file as arrays that look into its bytes: nothing is copied, nothing fetched."""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.onnx import protobuf
from inference.model_files.onnx.protobuf import Message

MAX_DIMENSIONS: Final = 4
# Field numbers of TensorProto.
_DIMS, _TYPE, _INT64, _NAME, _RAW, _EXTERNAL, _LOCATION = 1, 2, 7, 8, 9, 13, 14
# Per element type: how its raw bytes are read, and the field that holds it otherwise.
_TYPES: Final = {1: ("<f4", 4), 11: ("<f8", 10), 10: ("<f2", None), 7: ("<i8", _INT64), 9: ("?", None)}
_NAMES: Final = "float, double, float16, int64 and bool"
# A shape is the only tensor of whole numbers that a dense network needs.
_MAX_INTEGERS: Final = 8


def tensor_name(tensor: Message) -> str:
    """What the graph calls the tensor."""
    return protobuf.text(tensor, _NAME)


def tensor_array(tensor: Message) -> NDArray[Any]:
    """The tensor as a read-only array.

    Raises:
        ArtifactError: it is outside the file, is of another type, or has more or fewer bytes than its shape says.
    """
    if protobuf.integer(tensor, _LOCATION) or _EXTERNAL in tensor:
        raise ArtifactError(
            "expected an ONNX file that holds its weights; this one refers to another file: in PyTorch, export it with "
            "external_data=False"
        )
    element = protobuf.integer(tensor, _TYPE)
    if element not in _TYPES:
        raise ArtifactError(f"expected tensors of {_NAMES}; got ONNX's type {element}")
    kind, field = _TYPES[element]
    shape = protobuf.integers(tensor, _DIMS, most=MAX_DIMENSIONS)
    if any(n < 0 for n in shape):
        raise ArtifactError(f"expected a tensor of at most {MAX_DIMENSIONS} dimensions; got {shape}")
    if field == _INT64 and not protobuf.chunks(tensor, _RAW):
        values = np.array(protobuf.integers(tensor, _INT64, most=_MAX_INTEGERS), kind)
    else:
        values = _floats(tensor, kind, field)
    if math.prod(shape) != values.size:
        raise ArtifactError(f"expected {math.prod(shape):,} numbers for a tensor of shape {shape}; got {values.size:,}")
    return values.reshape(shape)


def _floats(tensor: Message, kind: str, field: int | None) -> NDArray[Any]:
    """The numbers as raw bytes, or packed in the field of their type."""
    parts = protobuf.chunks(tensor, _RAW) or (protobuf.chunks(tensor, field) if field is not None else [])
    if len(parts) > 1 or (parts and len(parts[0]) % np.dtype(kind).itemsize):
        raise ArtifactError("expected the numbers of a tensor in one piece")
    return np.frombuffer(parts[0] if parts else b"", kind)
