"""Pickles of plain values: builtin containers, numbers, text, bytes and NumPy arrays. Nothing in a file is ever run.

Reading has two steps. First `operations.py` looks the operations of the pickle over without executing them. Then
the standard unpickler runs with a `find_class` that knows a few names, all of which lead to inert stand-ins of ours;
real arrays are built from them afterwards, once kind, shape and size have been checked.
"""

import io
import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from inference.errors import ArtifactError
from inference.model_files.pickle.operations import check_operations, class_title, foreign_class

MAX_BYTES: Final = 256 * 1024 * 1024
MAX_VALUES: Final = 200_000
MAX_DEPTH: Final = 12
MAX_DIMENSIONS: Final = 4
# A generator's state is of 128 bits; beyond 4,300 digits Python refuses to write a number.
MAX_BITS: Final = 256
PROTOCOL: Final = 4
DTYPES: Final = frozenset({"f4", "f8", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"})


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
    check_operations(data, known=_KNOWN)
    # What is made of a file is at most its bytes, once as bytes and once as arrays: naming an array twice adds nothing.
    allowance = _Allowance(2 * len(data))
    try:
        value = _Reader(data, allowance).load()
        return _Builder(allowance).built(value, depth=0)
    except ArtifactError:
        raise
    except Exception as error:  # a hostile file may raise anything from the standard reader; nothing of it was run
        raise ArtifactError(f"expected a readable model file; got a damaged one ({type(error).__name__})") from error


class _Allowance:
    """How many bytes may still be made of a file."""

    def __init__(self, count: int) -> None:
        self._left = count

    def spend(self, count: int) -> None:
        """Take `count` bytes from it.

        Raises:
            ArtifactError: so many are not left.
        """
        self._left -= count
        if self._left < 0:
            raise ArtifactError("expected a file that holds its arrays; got one that repeats a few bytes many times")


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
    built: Any = None

    def __setstate__(self, state: Any) -> None:
        if not (isinstance(state, tuple) and len(state) == 5):
            raise ArtifactError("expected the state of an array")
        _, self.shape, self.dtype, self.fortran, self.data = state


class _Name:
    """Stands in for a name that a file looks up: it may be called and passed around, but not changed."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        return self._make(*arguments)

    def __setstate__(self, _state: Any) -> None:
        raise ArtifactError("expected plain values and arrays; the file would change what it looks up")


def _ndarray(*_args: Any) -> None:
    raise ArtifactError("expected arrays as NumPy writes them")


def _reconstruct(*_args: Any) -> _Array:
    return _Array()


def _frombuffer(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    return _Array(shape, dtype, order == "F", data)


def _dtype(code: Any, *_args: Any) -> _Dtype:
    if not isinstance(code, str) or code not in DTYPES:
        raise ArtifactError(f"expected numbers of a plain type ({', '.join(sorted(DTYPES))}); got {str(code)[:40]!r}")
    return _Dtype(code)


_NAMES: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("numpy", "ndarray"): _ndarray,
    ("numpy", "dtype"): _dtype,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
}
_KNOWN: Final = frozenset({*_NAMES, ("_codecs", "encode")})


class _Reader(pickle.Unpickler):
    def __init__(self, data: bytes, allowance: _Allowance) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._data = data
        self._allowance = allowance

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("_codecs", "encode"):
            return _Name(self._encode)
        if (module, name) not in _NAMES:
            found = foreign_class(self._data, known=_KNOWN) or (module, name)
            raise ArtifactError(f"expected plain values and arrays; the file contains {class_title(*found)}")
        return _Name(_NAMES[module, name])

    def persistent_load(self, _pid: Any) -> Any:
        raise ArtifactError("expected plain values; the file refers to something outside itself")

    def _encode(self, text: Any, encoding: Any) -> bytes:
        """What protocol 2 writes bytes with: `_codecs.encode(text, 'latin1')`."""
        if not isinstance(text, str) or encoding != "latin1":
            raise ArtifactError("expected bytes written as latin1 text")
        self._allowance.spend(len(text))
        return text.encode("latin1")


class _Builder:
    """Makes the plain value of what was read: arrays for stand-ins, and containers that do not contain themselves."""

    def __init__(self, allowance: _Allowance) -> None:
        self._allowance = allowance
        self._count = 0

    def built(self, value: Any, *, depth: int) -> Any:  # noqa: PLR0911 -- one for each kind of value
        """`value` with every stand-in replaced by its array, its containers copied.

        Raises:
            ArtifactError: something in it is not plain, or there is too much of it.
        """
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_VALUES:
            raise ArtifactError(f"expected values nested at most {MAX_DEPTH} deep and {MAX_VALUES:,} in number")
        if value is None or type(value) in {bool, float, str, bytes}:
            return value
        if type(value) is int:
            return _sensible(value)
        if isinstance(value, bytearray):
            self._allowance.spend(len(value))
            return bytes(value)
        if isinstance(value, _Array):
            return self._array(value)
        if isinstance(value, list):
            return [self.built(item, depth=depth + 1) for item in value]
        if isinstance(value, tuple):
            return tuple(self.built(item, depth=depth + 1) for item in value)
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {key: self.built(item, depth=depth + 1) for key, item in value.items()}
        raise ArtifactError(f"expected plain values and arrays; got {type(value).__name__}")

    def _array(self, stand_in: _Array) -> np.ndarray[Any, np.dtype[Any]]:
        if stand_in.built is None:
            array = _array(stand_in)
            self._allowance.spend(array.nbytes)
            stand_in.built = array
        built: np.ndarray[Any, np.dtype[Any]] = stand_in.built
        return built


def _sensible(number: int) -> int:
    if number.bit_length() > MAX_BITS:
        raise ArtifactError(f"expected whole numbers of at most {MAX_BITS} bits; got one of {number.bit_length():,}")
    return number


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
