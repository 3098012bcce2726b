"""Pickles of plain values: builtin containers, numbers, text, bytes and NumPy arrays. Nothing in a file is ever run.

Reading has two steps. First the operations of the pickle are listed without executing them, and refused when one is not
needed for plain values, or when a memo index could make the reader allocate more than the file justifies. Then the
standard unpickler runs with a `find_class` that knows four names, all of which lead to inert stand-ins of ours; real
arrays are built from them afterwards, once kind, shape and size have been checked.
"""

import io
import math
import pickle
import pickletools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from inference.errors import ArtifactError

MAX_BYTES: Final = 256 * 1024 * 1024
MAX_OPERATIONS: Final = 200_000
MAX_DEPTH: Final = 12
MAX_DIMENSIONS: Final = 4
PROTOCOL: Final = 4
DTYPES: Final = frozenset({"f4", "f8", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"})

_OPERATIONS: Final = frozenset(
    [
        "PROTO",
        "FRAME",
        "STOP",
        "MARK",
        "POP",
        "POP_MARK",
        "DUP",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "INT",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG",
        "LONG1",
        "LONG4",
        "FLOAT",
        "BINFLOAT",
        "UNICODE",
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE8",
        "STRING",
        "BINSTRING",
        "SHORT_BINSTRING",
        "BINBYTES",
        "SHORT_BINBYTES",
        "BINBYTES8",
        "BYTEARRAY8",
        "EMPTY_LIST",
        "EMPTY_TUPLE",
        "EMPTY_DICT",
        "LIST",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "DICT",
        "APPEND",
        "APPENDS",
        "SETITEM",
        "SETITEMS",
        "GET",
        "BINGET",
        "LONG_BINGET",
        "PUT",
        "BINPUT",
        "LONG_BINPUT",
        "MEMOIZE",
        "GLOBAL",
        "STACK_GLOBAL",
        "REDUCE",
        "BUILD",
    ]
)


def write(value: Any) -> bytes:
    """`value` as a pickle that `read` takes back."""
    return pickle.dumps(value, protocol=PROTOCOL)


def read(data: bytes) -> Any:
    """The plain value in `data`; its arrays own their memory and are writeable.

    Raises:
        ArtifactError: `data` is damaged, too large, or holds anything but plain values. Nothing of it was run.
    """
    if len(data) > MAX_BYTES:
        raise ArtifactError(f"expected a file of at most {MAX_BYTES:,} bytes; got {len(data):,}")
    _check_operations(data)
    try:
        value = _Reader(io.BytesIO(data), encoding="latin1").load()
    except ArtifactError:
        raise
    except Exception as error:  # a hostile file may raise anything from the standard reader; nothing of it was run
        raise ArtifactError(f"expected a readable model file; got a damaged one ({type(error).__name__})") from error
    return _built(value, depth=0, seen=[0])


def _check_operations(data: bytes) -> None:
    """Refuse operations that plain values do not need, and memo indices beyond the number of operations."""
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(data)):
            if operation.name not in _OPERATIONS:
                raise ArtifactError(f"expected plain values; the file uses the pickle operation {operation.name}")
            if count > MAX_OPERATIONS:
                raise ArtifactError(f"expected at most {MAX_OPERATIONS:,} pickle operations")
            if operation.name in {"PUT", "BINPUT", "LONG_BINPUT"} and _index(argument) > count:
                raise ArtifactError(f"expected memo entries in order; got entry {argument} after {count} operations")
    except ArtifactError:
        raise
    except Exception as error:  # pickletools raises many kinds on damaged data
        raise ArtifactError(f"expected a whole pickle file; {error}") from error


def _index(argument: Any) -> int:
    return int(argument)


@dataclass(slots=True)
class _Dtype:
    """Stands in for `numpy.dtype`: remembers the code and the byte order."""

    code: str
    order: str = "<"

    def __setstate__(self, state: Any) -> None:
        if not (isinstance(state, tuple) and len(state) >= 2 and state[1] in {"<", ">", "|", "="}):
            raise ArtifactError("expected the state of a plain array type")
        if any(part is not None for part in state[2:5]):
            raise ArtifactError("expected a plain array type; got one with fields or a shape of its own")
        self.order = state[1]


@dataclass(slots=True)
class _Array:
    """Stands in for `numpy.ndarray` until everything about it has been checked."""

    shape: Any = ()
    dtype: Any = None
    fortran: Any = False
    data: Any = b""

    def __setstate__(self, state: Any) -> None:
        if not (isinstance(state, tuple) and len(state) == 5):
            raise ArtifactError("expected the state of an array")
        _, self.shape, self.dtype, self.fortran, self.data = state


class _NdarrayName:
    """Stands in for the name `numpy.ndarray`, which files only pass around."""


def _reconstruct(*_args: Any) -> _Array:
    return _Array()


def _frombuffer(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    return _Array(shape, dtype, order == "F", data)


def _dtype(code: Any, *_args: Any) -> _Dtype:
    if not isinstance(code, str) or code not in DTYPES:
        raise ArtifactError(f"expected numbers of a plain type ({', '.join(sorted(DTYPES))}); got {str(code)[:40]!r}")
    return _Dtype(code)


def _encode(text: Any, encoding: Any) -> bytes:
    """What protocol 2 writes bytes with: `_codecs.encode(text, 'latin1')`."""
    if not isinstance(text, str) or encoding != "latin1":
        raise ArtifactError("expected bytes written as latin1 text")
    return text.encode("latin1")


_NAMES: Final[dict[tuple[str, str], Any]] = {
    ("numpy", "ndarray"): _NdarrayName,
    ("numpy", "dtype"): _dtype,
    ("_codecs", "encode"): _encode,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _NAMES[module, name]
        except KeyError:
            raise ArtifactError(f"expected plain values and arrays; the file asks for {module}.{name}"[:200]) from None

    def persistent_load(self, _pid: Any) -> Any:
        raise ArtifactError("expected plain values; the file refers to something outside itself")


def _built(value: Any, *, depth: int, seen: list[int]) -> Any:
    """`value` with every stand-in replaced by its array; containers are copied, so that none contains itself."""
    seen[0] += 1
    if depth > MAX_DEPTH or seen[0] > MAX_OPERATIONS:
        raise ArtifactError(f"expected values nested at most {MAX_DEPTH} deep and {MAX_OPERATIONS:,} in number")
    if value is None or type(value) in {bool, int, float, str, bytes}:
        return value
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, _Array):
        return _array(value)
    if isinstance(value, list):
        return [_built(item, depth=depth + 1, seen=seen) for item in value]
    if isinstance(value, tuple):
        return tuple(_built(item, depth=depth + 1, seen=seen) for item in value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _built(item, depth=depth + 1, seen=seen) for key, item in value.items()}
    raise ArtifactError(f"expected plain values and arrays; got {type(value).__name__}")


def _array(stand_in: _Array) -> np.ndarray[Any, np.dtype[Any]]:
    if not isinstance(stand_in.dtype, _Dtype):
        raise ArtifactError("expected an array with a plain type")
    if isinstance(stand_in.data, str):  # a Python 2 string
        stand_in.data = stand_in.data.encode("latin1")
    shape, data = stand_in.shape, stand_in.data
    if isinstance(shape, int) and not isinstance(shape, bool):
        shape = (shape,)
    if not (
        isinstance(shape, tuple) and len(shape) <= MAX_DIMENSIONS and all(type(n) is int and n >= 0 for n in shape)
    ):
        raise ArtifactError(f"expected an array of at most {MAX_DIMENSIONS} dimensions; got shape {str(shape)[:60]}")
    if not isinstance(data, bytes | bytearray):
        raise ArtifactError(f"expected the bytes of an array; got {type(data).__name__}")
    order = "<" if stand_in.dtype.order in "=|" else stand_in.dtype.order
    dtype = np.dtype(order + stand_in.dtype.code)
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ArtifactError(
            f"expected {math.prod(shape) * dtype.itemsize:,} bytes for shape {shape}; got {len(data):,}"
        )
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if stand_in.fortran else "C")
    return array.astype(dtype.newbyteorder("="), order="C")
