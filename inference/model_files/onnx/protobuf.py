"""Protocol Buffers' wire format, as far as ONNX needs it: fields of a message out of bytes, and bytes out of fields.

A general parser makes an object for every two bytes of a hostile file (4 MB of empty nodes become 300 MB). Here a
message is a dictionary of its fields, unparsed, and the fields of a whole file are counted.
https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError

MAX_FIELDS: Final = 20_000
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES: Final = 10
_WORD: Final = 1 << 64

Value = int | memoryview
Message = dict[int, list[Value]]


class Reader:
    """Reads the messages of one file and counts their fields."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def message(self, data: memoryview) -> Message:
        """The values of every field by number, in order: whole numbers, or the bytes of anything longer.

        Raises:
            ArtifactError: `data` is no message, or the file has too many fields.
        """
        found: Message = {}
        position = 0
        while position < len(data):
            self._left -= 1
            if self._left < 0:
                raise ArtifactError(f"expected an ONNX file of at most {MAX_FIELDS:,} fields")
            key, position = _varint(data, position)
            value, position = _value(data, position, key & 7)
            found.setdefault(key >> 3, []).append(value)
        return found


def integer(message: Message, field: int, default: int = 0) -> int:
    """A field's last value as a signed number of 64 bits.

    Raises:
        ArtifactError: it holds no number.
    """
    value = message.get(field, [default])[-1]
    if not isinstance(value, int):
        raise ArtifactError(f"expected a number in field {field} of an ONNX message")
    return value - _WORD if value >= _WORD // 2 else value


def integers(message: Message, field: int, *, most: int) -> list[int]:
    """All numbers of a repeated field, written one by one or packed.

    Raises:
        ArtifactError: there are more than `most`.
    """
    values: list[int] = []
    for value in message.get(field, []):
        if isinstance(value, int):
            values.append(value)
        else:
            position = 0
            while position < len(value) and len(values) <= most:
                number, position = _varint(value, position)
                values.append(number)
        if len(values) > most:
            raise ArtifactError(f"expected at most {most} numbers in field {field} of an ONNX message")
    return [value - _WORD if value >= _WORD // 2 else value for value in values]


def chunks(message: Message, field: int) -> list[memoryview]:
    """All values of a field of bytes, text or messages.

    Raises:
        ArtifactError: one is a number.
    """
    values = message.get(field, [])
    found = [value for value in values if isinstance(value, memoryview)]
    if len(found) < len(values):
        raise ArtifactError(f"expected bytes in field {field} of an ONNX message")
    return found


def texts(message: Message, field: int, *, longest: int = 1000) -> list[str]:
    """All values of a field of text.

    Raises:
        ArtifactError: one is longer than `longest`, or no UTF-8.
    """
    values = chunks(message, field)
    if any(len(value) > longest for value in values):
        raise ArtifactError(f"expected text of at most {longest} bytes in field {field} of an ONNX message")
    try:
        return [str(value, "utf-8") for value in values]
    except UnicodeDecodeError as error:
        raise ArtifactError(f"expected text in field {field} of an ONNX message; got other bytes") from error


def text(message: Message, field: int) -> str:
    """A field's last text; "" where there is none."""
    values = texts(message, field)
    return values[-1] if values else ""


def encoded(*fields: tuple[int, Any]) -> bytes:
    """A message of these fields, in that order: whole numbers, text, bytes, arrays, or lists of any of them."""
    return b"".join(_parts(fields))


def _parts(fields: Iterable[tuple[int, Any]]) -> Iterable[bytes]:
    for number, value in fields:
        if isinstance(value, list | tuple):
            yield from _parts((number, item) for item in value)
        elif isinstance(value, int):
            yield _encoded_varint(number << 3 | _VARINT) + _encoded_varint(value % _WORD)
        else:
            content = _content(value)
            yield _encoded_varint(number << 3 | _BYTES) + _encoded_varint(len(content))
            yield content


def _content(value: str | bytes | NDArray[Any]) -> bytes:
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("<"), copy=False).tobytes()
    return value.encode() if isinstance(value, str) else value


def _encoded_varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """The number at `position`, seven bits a byte, lowest first; and where it ends."""
    value = 0
    for index, byte in enumerate(data[position : position + _MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value % _WORD, position + index + 1
    raise ArtifactError("expected a whole ONNX file; a number does not end")


def _value(data: memoryview, position: int, kind: int) -> tuple[Value, int]:
    if kind == _VARINT:
        return _varint(data, position)
    if kind == _BYTES:
        length, position = _varint(data, position)
    elif kind in {_FIXED32, _FIXED64}:
        length = 4 if kind == _FIXED32 else 8
    else:
        raise ArtifactError(f"expected an ONNX file; got a field of kind {kind}")
    if length > len(data) - position:
        raise ArtifactError("expected a whole ONNX file; a field is longer than what is left")
    return data[position : position + length], position + length
