"""Pickles of plain values: what is written comes back, and nothing else is let in or run."""

import io
import pickle
import pickletools
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.errors import ArtifactError
from inference.model_files.pickle import operations, plain_pickle
from tests.inference.hostile_pickles import (
    DAMAGED,
    GROWING,
    LYING_ARRAYS,
    STOP,
    array_file,
    hostile_files,
    text,
)

PROTOCOLS = [2, 3, 4, 5]
# What comes back.


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_values_come_back_from_every_protocol(protocol: int) -> None:
    value: dict[str, Any] = {
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
def test_an_array_comes_back_from_every_protocol(protocol: int, code: str, order: Any) -> None:
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
        plain_pickle.read(b"]" + b"Na" * operations.MAX_OPERATIONS + STOP)


@pytest.mark.parametrize("title", ["one string encoded ten thousand times", "one byte array named ten thousand times"])
def test_a_file_that_repeats_a_few_bytes_many_times_is_refused(title: str) -> None:
    with pytest.raises(ArtifactError, match="repeats a few bytes many times"):
        plain_pickle.read(GROWING[title])


def test_the_operations_of_our_own_files_are_few() -> None:
    state = {"weights": [np.zeros((3, 2), np.float32)] * 9, "facts": {str(n): n for n in range(100)}}
    count = sum(1 for _ in pickletools.genops(plain_pickle.write(state)))
    assert count < operations.MAX_OPERATIONS / 10
