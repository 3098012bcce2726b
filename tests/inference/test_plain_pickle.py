"""Pickles of plain values: what is written comes back, and nothing else is let in or run."""

import io
import os
import pickle
import pickletools
import resource
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference import pickle_operations, plain_pickle
from inference.errors import ArtifactError
from tests.lab import ROOT

PROTOCOLS = [2, 3, 4, 5]
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


# What comes back.


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_values_come_back_from_every_protocol(protocol: int) -> None:
    value = {
        "none": None,
        "truth": [True, False],
        "numbers": [0, -1, 255, 65_536, 2**40, -(2**40), 2**100, 0.1, float("inf")],
        "text": "Zahl é 数",
        "bytes": bytes(range(256)),
        "nested": ([1], (2, "three"), {}),
    }
    assert plain_pickle.read(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("code", sorted(plain_pickle.DTYPES))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_array_comes_back_from_every_protocol(protocol: int, code: str, order: str) -> None:
    array = np.asarray(np.arange(-6, 6).reshape(3, 4) % 5, dtype=code, order=order)
    back = plain_pickle.read(pickle.dumps([array], protocol))[0]
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


def test_an_array_in_the_other_byte_order_comes_back_in_ours() -> None:
    back = plain_pickle.read(pickle.dumps(np.arange(5, dtype=">f8"), 4))
    assert back.dtype == np.dtype("=f8")
    np.testing.assert_array_equal(back, np.arange(5.0))


def test_a_view_of_an_array_comes_back() -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6)[::2, ::-1]
    np.testing.assert_array_equal(plain_pickle.read(pickle.dumps(array, 5)), array)


def test_an_empty_array_comes_back() -> None:
    assert plain_pickle.read(pickle.dumps(np.empty((0, 3), np.float32), 4)).shape == (0, 3)


def test_an_array_that_came_back_can_be_changed() -> None:
    back = plain_pickle.read(pickle.dumps(np.zeros(3, np.float32), 4))
    back[0] = 1
    assert back.tolist() == [1, 0, 0]


def test_what_write_wrote_read_reads() -> None:
    state = {"parameters": np.arange(4, dtype=np.float32), "generator": {"state": 2**127 + 1}}
    back = plain_pickle.read(plain_pickle.write(state))
    assert back["generator"] == state["generator"]
    np.testing.assert_array_equal(back["parameters"], state["parameters"])


def test_an_array_of_a_hand_written_file_is_read() -> None:
    assert plain_pickle.read(array_file(data=struct.pack("<2f", 1.5, -2))).tolist() == [1.5, -2]


# What is refused, and never run.


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


HOSTILE = sorted(hostile_files(Path("canary")))


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_of_it_is_run(title: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(ArtifactError):
        plain_pickle.read(hostile_files(canary)[title])
    assert not canary.exists()


def test_the_hostile_files_do_what_they_threaten_with_the_standard_reader(tmp_path: Path) -> None:
    for title in ("os.system", "the INST operation", "the OBJ operation"):
        canary = tmp_path / title.replace(" ", "-")
        pickle.loads(hostile_files(canary)[title])
        assert canary.exists(), title


@pytest.mark.parametrize("target", ["numpy\nndarray", "numpy\ndtype", "numpy._core.multiarray\n_reconstruct"])
@pytest.mark.parametrize("slots", [True, False])
def test_a_file_cannot_change_the_reader_for_the_files_after_it(target: str, slots: bool) -> None:
    state = b"}" + text("changed") + b"I1\ns"
    state = b"N" + state + b"\x86" if slots else state
    with pytest.raises(ArtifactError):
        plain_pickle.read(b"\x80\x04" + f"c{target}\n".encode() + state + b"b.")
    changed = [thing for thing in plain_pickle.__dict__.values() if hasattr(thing, "changed")]
    assert changed == []
    assert plain_pickle.read(array_file()).tolist() == [0, 0]


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


@pytest.mark.parametrize("title", DAMAGED)
def test_a_damaged_file_is_refused(title: str) -> None:
    with pytest.raises(ArtifactError):
        plain_pickle.read(DAMAGED[title])


def test_a_zip_archive_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps({}))
    with pytest.raises(ArtifactError):
        plain_pickle.read(buffer.getvalue())


def test_an_npz_archive_is_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, weights=np.zeros(3))
    with pytest.raises(ArtifactError):
        plain_pickle.read(buffer.getvalue())


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


@pytest.mark.parametrize("title", LYING_ARRAYS)
def test_an_array_that_lies_about_itself_is_refused(title: str) -> None:
    with pytest.raises(ArtifactError):
        plain_pickle.read(LYING_ARRAYS[title])


def test_a_dtype_with_fields_in_its_state_is_refused() -> None:
    whole = array_file()
    with pytest.raises(ArtifactError, match="fields"):
        plain_pickle.read(whole.replace(b"NNNJ", b"N)}J"))


def test_a_list_that_contains_itself_is_refused() -> None:
    with pytest.raises(ArtifactError, match="nested"):
        plain_pickle.read(b"]q\x00h\x00a.")


def test_a_dictionary_that_contains_itself_is_refused() -> None:
    with pytest.raises(ArtifactError, match="nested"):
        plain_pickle.read(b"}q\x00" + text("a") + b"h\x00s.")


def test_values_nested_too_deep_are_refused() -> None:
    value: Any = 1
    for _ in range(plain_pickle.MAX_DEPTH + 2):
        value = [value]
    with pytest.raises(ArtifactError, match="nested"):
        plain_pickle.read(pickle.dumps(value, 4))


def test_keys_that_are_not_text_are_refused() -> None:
    with pytest.raises(ArtifactError, match="text as the keys"):
        plain_pickle.read(pickle.dumps({1: 2}, 4))


def test_a_whole_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(ArtifactError):
        plain_pickle.read(pickle.dumps([2**40_000], 4))


def test_a_file_larger_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_pickle, "MAX_BYTES", 100)
    with pytest.raises(ArtifactError, match="at most 100 bytes"):
        plain_pickle.read(pickle.dumps("x" * 200, 4))


def test_more_operations_than_allowed_are_refused() -> None:
    with pytest.raises(ArtifactError, match="operations"):
        plain_pickle.read(b"]" + b"Na" * pickle_operations.MAX_OPERATIONS + STOP)


# Small files that grow: each is read by a process that may use only so much memory and so much time.


def _repeated(operation: bytes, times: int) -> bytes:
    return operation * times


MEGABYTE = b"B" + struct.pack("<I", 1_000_000) + bytes(1_000_000)
MEGABYTE_OF_TEXT = b"X" + struct.pack("<I", 1_000_000) + b"x" * 1_000_000
ENTRY = b"(K\x01K\x01\x85"

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


@pytest.mark.parametrize("title", GROWING)
def test_a_small_file_cannot_make_the_reader_grow(title: str, tmp_path: Path) -> None:
    file = tmp_path / "file.pickle"
    file.write_bytes(GROWING[title])
    program = (
        "import sys; from pathlib import Path\n"
        "from inference import plain_pickle; from inference.errors import ArtifactError\n"
        "try: plain_pickle.read(Path(sys.argv[1]).read_bytes())\n"
        "except ArtifactError: sys.exit(7)\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))

    process = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        cwd=ROOT,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode in {0, 7}, process.stderr[-2000:]


@pytest.mark.parametrize("title", ["one string encoded ten thousand times", "one byte array named ten thousand times"])
def test_a_file_that_repeats_a_few_bytes_many_times_is_refused(title: str) -> None:
    with pytest.raises(ArtifactError, match="repeats a few bytes many times"):
        plain_pickle.read(GROWING[title])


def test_the_operations_of_our_own_files_are_few() -> None:
    state = {"weights": [np.zeros((3, 2), np.float32)] * 9, "facts": {str(n): n for n in range(100)}}
    operations = sum(1 for _ in pickletools.genops(plain_pickle.write(state)))
    assert operations < pickle_operations.MAX_OPERATIONS / 10
