"""Checkpoints: one file per saved state, whole or not there."""

import pickle
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.errors import CheckpointError, CheckpointLostError
from training.models import Run
from training.runs import checkpoints

TOKEN = uuid.UUID(int=7)
STATE = {"parameters": np.arange(3, dtype=np.float32), "generator": {"state": 2**127}, "position": 5}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CHECKPOINTS_DIR = tmp_path
    return tmp_path


def save(serial: int = 1, *, token: uuid.UUID = TOKEN) -> str:
    return checkpoints.save(4, token=token, serial=serial, state=STATE)


def test_a_state_comes_back(folder: Path) -> None:
    state = checkpoints.load(4, save())
    np.testing.assert_array_equal(state["parameters"], STATE["parameters"])
    assert (state["generator"], state["position"]) == (STATE["generator"], 5)


def test_two_workers_never_write_the_same_file() -> None:
    assert save(token=uuid.uuid4()) != save(token=uuid.uuid4())


def test_a_state_that_could_not_be_flushed_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = save(1)

    def fail(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("weblib.atomic_files.os.fsync", fail)
    with pytest.raises(OSError, match="disk is full"):
        save(2)
    assert [path.name for path in (folder / "4").iterdir()] == [name]


def test_only_the_named_checkpoints_are_kept(folder: Path) -> None:
    save(1)
    names = {save(2), save(3)}
    (folder / "4" / ".writing-abc").write_bytes(b"half")
    checkpoints.remove(checkpoints.others(4, names))
    assert {path.name for path in (folder / "4").iterdir()} == names


def test_the_path_of_a_run_is_of_the_checkpoint_that_its_row_names(folder: Path) -> None:
    name = save()
    assert checkpoints.path_of(Run(pk=4, checkpoint=name)) == folder / "4" / name
    assert checkpoints.path_of(Run(pk=4)) is None


def test_a_checkpoint_of_a_release_before_is_read(folder: Path) -> None:
    path = folder / "4" / save()
    path.rename(path.with_name("0123456789ab-1.checkpoint"))
    assert checkpoints.load(4, "0123456789ab-1.checkpoint")["position"] == 5


@pytest.mark.parametrize("name", ["0123456789ab-1.checkpoint", "0123456789ab-1-0123456789abcdef.checkpoint"])
def test_a_checkpoint_that_is_gone_is_lost(name: str) -> None:
    with pytest.raises(CheckpointLostError, match="the checkpoint of run 4 is missing"):
        checkpoints.load(4, name)


def test_a_checkpoint_that_cannot_be_read_at_the_moment_is_not_lost(folder: Path) -> None:
    path = folder / "4" / save()
    path.unlink()
    path.mkdir()
    with pytest.raises(CheckpointError, match="cannot be read") as caught:
        checkpoints.load(4, path.name)
    assert not isinstance(caught.value, CheckpointLostError)


def test_a_bit_that_flipped_in_a_checkpoint_is_found(folder: Path) -> None:
    path = folder / "4" / save()
    content = bytearray(path.read_bytes())
    content[content.index(np.float32(2).tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointLostError, match="damaged: its SHA-256"):
        checkpoints.load(4, path.name)


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "", "a.checkpoint", "0123456789ab-1.checkpoint/.."])
def test_a_name_that_is_no_checkpoints_is_not_looked_for(name: str) -> None:
    with pytest.raises(CheckpointError, match="expected the name of a checkpoint"):
        checkpoints.load(4, name)


@pytest.mark.parametrize("data", [b"", b"junk", pickle.dumps(print), pickle.dumps([1])])
def test_a_checkpoint_that_is_none_is_refused(folder: Path, data: bytes) -> None:
    name = save()
    (folder / "4" / name).write_bytes(data)
    with pytest.raises(CheckpointError, match="the checkpoint of run 4"):
        checkpoints.load(4, name)


def test_removing_the_checkpoints_of_a_run_spares_the_others(folder: Path) -> None:
    save()
    checkpoints.save(5, token=TOKEN, serial=1, state=STATE)
    checkpoints.remove_all(4)
    checkpoints.remove_all(4)
    assert [path.name for path in folder.iterdir()] == ["5"]


def test_what_another_worker_saves_after_the_listing_is_spared(folder: Path) -> None:
    save(1)
    name = save(2)
    superseded = checkpoints.others(4, {name})
    of_another = save(1, token=uuid.uuid4())
    checkpoints.remove(superseded)
    assert {path.name for path in (folder / "4").iterdir()} == {name, of_another}
