"""Pickles that would run something, lie about what they hold, or grow; each is refused by the restricted reader."""

import os
import pickle
import struct
import subprocess
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

STOP = b"."


def text(value: str) -> bytes:
    """The operation that pushes `value`."""
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def name(module: str, attribute: str) -> bytes:
    """The operation that looks up `module.attribute`."""
    return f"c{module}\n{attribute}\n".encode()


def array_file(*, shape: bytes = b"K\x02\x85", code: str = "f4", data: bytes = bytes(8), order: str = "<") -> bytes:
    """A pickle of one array, each part of which can be a lie."""
    dtype = name("numpy", "dtype") + text(code) + b"\x89\x88\x87R"
    dtype += b"(K\x03" + text(order) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    raw = b"B" + struct.pack("<I", len(data)) + data
    made = name("numpy._core.multiarray", "_reconstruct") + name("numpy", "ndarray") + b"K\x00\x85C\x01b\x87R"
    return b"\x80\x04" + made + b"(K\x01" + shape + dtype + b"\x89" + raw + b"tb."


class RunsOnLoad:
    """Unpickling it the usual way makes the canary file."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


class Plain:
    """An object of a class."""


def hostile_files(canary: Path) -> dict[str, bytes]:
    """Files that would make the canary with the standard reader, or that ask for what a model file must not hold."""
    command = f"touch {canary}"
    system = name("os", "system")
    objects: dict[str, Any] = {
        "os.system": RunsOnLoad(os.system, command),
        "eval": RunsOnLoad(eval, f"open({str(canary)!r}, 'w')"),
        "exec": RunsOnLoad(exec, f"open({str(canary)!r}, 'w')"),
        "open": RunsOnLoad(open, str(canary), "w"),
        "a child process": RunsOnLoad(subprocess.check_call, ["touch", str(canary)]),
        "numpy.load": RunsOnLoad(np.load, str(canary)),
        "in a list of arrays": {"weights": [np.zeros(2), RunsOnLoad(os.system, command)]},
        "an object": Plain(),
        "a class": Plain,
        "a set": {1, 2},
        "an ordered dictionary": OrderedDict(a=1),
        "an array of objects": np.array([RunsOnLoad(os.system, command)], dtype=object),
        "an array with fields": np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]),
        "an array of text": np.array(["a"]),
        "an array of dates": np.array(["2020-01-01"], dtype="M8[D]"),
        "an array of complex numbers": np.zeros(2, complex),
        "a masked array": np.ma.masked_array([1.0], [True]),
        "a NumPy number": np.float64(1),
        "a path": canary,
    }
    files = {title: pickle.dumps(value, 4) for title, value in objects.items()}
    return files | {
        "the INST operation": b"(" + text(command) + b"ios\nsystem\n.",
        "the OBJ operation": b"(" + system + text(command) + b"o.",
        "the NEWOBJ operation": system + text(command) + b"\x85\x81.",
        "the NEWOBJ_EX operation": b"\x80\x04" + system + text(command) + b"\x85}\x92.",
        "the extension registry": b"\x80\x02\x82\x01.",
        "the wide extension registry": b"\x80\x02\x84\x01\x00\x00\x00.",
        "a persistent id": b"Pcanary\n.",
        "a binary persistent id": text("canary") + b"Q.",
        "a buffer from outside": b"\x80\x05\x97.",
        "a dotted name": b"\x80\x04" + text("numpy") + text("ndarray.tofile") + b"\x93.",
        "a name through a module of ours": b"\x80\x04" + text("numpy") + text("os.system") + b"\x93.",
        "builtins": b"\x80\x04" + text("builtins") + text("getattr") + b"\x93.",
        "a bare name": name("numpy", "dtype") + STOP,
        "the result of a harmless call": name("numpy", "ndarray") + b")R.",
    }


DAMAGED = {
    "nothing": b"",
    "only a protocol": b"\x80\x04",
    "text": b"weights = [1, 2, 3]\n",
    "no end": pickle.dumps({"a": 1}, 4)[:-1],
    "half a file": pickle.dumps({"weights": [np.zeros(1000)]}, 4)[:500],
    "an unknown protocol": b"\x80\x63N.",
    "an unknown operation": b"\xffN.",
    "an empty stack": STOP,
    "a memo entry that is not there": b"h\x05.",
    "more bytes than there are": b"B\xff\xff\xff\x7fab.",
    "far more bytes than there are": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fab.",
    "a frame larger than the file": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
    "a number larger than the file": b"\x80\x02\x8b\xff\xff\xff\x7fab.",
    "a number of too many digits": b"I" + b"9" * 10_000 + b"\n.",
    "a memo entry far away": b"Nr\xff\xff\xff\x7f.",
    "a memo entry far away as text": b"Np2000000000\n.",
    "bytes in another encoding": name("_codecs", "encode") + text("a") + text("utf-7") + b"\x86R.",
    "an append to a number": b"K\x01K\x02a.",
}


LYING_ARRAYS = {
    "too few bytes": array_file(data=bytes(4)),
    "too many bytes": array_file(data=bytes(12)),
    "a negative size": array_file(shape=b"J\xfe\xff\xff\xff\x85"),
    "two negative sizes": array_file(shape=b"J\xff\xff\xff\xffJ\xfe\xff\xff\xff\x86"),
    "a size that is text": array_file(shape=text("2") + b"\x85"),
    "a size that is a truth": array_file(shape=b"\x88\x85", data=bytes(4)),
    "a size beyond all memory": array_file(shape=b"\x8a\x08" + bytes(7) + b"\x40\x85"),
    "a size of thousands of digits": array_file(shape=b"\x8b" + struct.pack("<i", 9000) + b"\x7f" * 9000 + b"\x85"),
    "a shape nested a thousand deep": array_file(shape=b")" + b"\x85" * 5000),
    "too many dimensions": array_file(shape=b"(K\x01K\x01K\x01K\x01K\x02t"),
    "a shape that is nothing": array_file(shape=b"N"),
    "objects": array_file(code="O8"),
    "text as numbers": array_file(code="U2"),
    "fields": array_file(code="f4,f4"),
    "a type that is no type": array_file(code="__import__('os')"),
    "no byte order": array_file(order="x"),
}


# Small files that would grow.


def _repeated(operation: bytes, times: int) -> bytes:
    return operation * times


MEGABYTE = b"B" + struct.pack("<I", 1_000_000) + bytes(1_000_000)
MEGABYTE_OF_TEXT = b"X" + struct.pack("<I", 1_000_000) + b"x" * 1_000_000

GROWING: dict[str, bytes] = {
    "one array named ten thousand times": (
        b"\x80\x04]"
        + array_file(shape=b"J\x90\xd0\x03\x00\x85", data=bytes(1_000_000))[2:-1]
        + b"q\x07a"
        + _repeated(b"h\x07a", 9_000)
        + STOP
    ),
    "one string encoded ten thousand times": (
        b"\x80\x02"
        + name("_codecs", "encode")
        + b"q\x01"
        + b"0"
        + MEGABYTE_OF_TEXT
        + b"q\x02"
        + b"0]"
        + text("latin1")
        + b"q\x03"
        + b"0"
        + _repeated(b"h\x01h\x02h\x03\x86Ra", 3_000)
        + STOP
    ),
    "one byte array named ten thousand times": (
        b"\x80\x05]\x96"
        + struct.pack("<Q", 1_000_000)
        + bytes(1_000_000)
        + b"q\x01a"
        + _repeated(b"h\x01a", 9_000)
        + STOP
    ),
    "lists of lists of lists": (
        b"]q\x00"
        + b"".join(b"](" + b"h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(60))
        + STOP
    ),
    "a key nested beyond the stack": b"})" + b"\x85" * 150_000 + b"Ns.",
    "a key that takes forever": b"})" + b"0)" + b"2\x86" * 70 + b"Ns.",
    "keys that all collide": (
        b"}("
        + b"".join(b"\x8a\x0a" + (k * (2**61 - 1)).to_bytes(10, "little") + b"N" for k in range(1, 90_000))
        + b"u."
    ),
}
