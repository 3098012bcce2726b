"""What a run needs to go on exactly: one file per saved state, whole or not there.

The row of a run names its checkpoint and the one before it. Both are kept: rows and files that are copied one after the
other, rows first, then have the file that the row names.
"""

import hashlib
import re
import shutil
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db.models import F
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.pickle import plain_pickle
from training.errors import CheckpointError, CheckpointLostError
from training.models import Run
from weblib.atomic_files import write_atomically

# Lease, serial number and the start of the content's SHA-256, which names of a release before 0.2 lack.
_NAME = re.compile(r"^[0-9a-f]{12}-\d+(?:-(?P<digest>[0-9a-f]{16}))?\.checkpoint$")
_KEPT_DATA = "data.npz"
# A key in addition to those of the engine, whose state has a layout of its own.
_NETWORK: Final = "network"


@dataclass(frozen=True, slots=True)
class SavedNetwork:
    """The network of a checkpoint, whatever engine trains it.

    Attributes:
        parameters: `(parameter_count,)` float32 in the layout of `nnlib.Parameters`.
        dataset_fingerprint: Of the data that it is trained on.
        epoch: Epochs that are done.
        samples: Samples of the next epoch that are done.
    """

    parameters: NDArray[np.float32]
    dataset_fingerprint: str
    epoch: int = 0
    samples: int = 0


def folder(run_id: int) -> Path:
    """The folder of the checkpoints of this run."""
    return Path(settings.CHECKPOINTS_DIR) / str(run_id)


def path_of(run: Run) -> Path | None:
    """The checkpoint that the run's row names; None if it names none. Whether it is there is another question."""
    return folder(run.pk) / run.checkpoint if run.checkpoint else None


def named(name: str) -> dict[str, Any]:
    """The columns of the run's row once it names this checkpoint, and as the one before it what it named until then."""
    return {"checkpoint": name, "previous_checkpoint": F("checkpoint")}


def kept_data(run_id: int) -> Path:
    """The file with the data that the run took and that may change since; it is deleted with the checkpoints."""
    return folder(run_id) / _KEPT_DATA


def save(
    run_id: int, *, token: uuid.UUID, serial: int, state: dict[str, Any], network: SavedNetwork | None = None
) -> str:
    """Write the state under a name that no other worker uses, flushed and renamed; answers the name.

    The run's row names the checkpoint that counts: a file that was written but never named is not looked at.
    """
    saved = None if network is None else {"parameters": network.parameters, "data": network.dataset_fingerprint}
    content = plain_pickle.write(state if saved is None else {**state, _NETWORK: saved})
    target = folder(run_id) / f"{token.hex[:12]}-{serial}-{_digest(content)}.checkpoint"
    write_atomically(target, [content])
    return target.name


def load(run_id: int, name: str) -> dict[str, Any]:
    """The state in the checkpoint that the run's row names.

    Raises:
        CheckpointLostError: it is missing or damaged.
        CheckpointError: it cannot be read at the moment.
    """
    state = _read(run_id, name)
    state.pop(_NETWORK, None)
    return state


def load_network(run_id: int, name: str) -> SavedNetwork | None:
    """The network in a checkpoint; None in one of a release before 0.2, which has the layout of its engine only.

    Raises:
        CheckpointError: it is missing, damaged or cannot be read.
    """
    state = _read(run_id, name)
    try:
        saved, progress = state.get(_NETWORK), state["progress"]
        if saved is None:
            return None
        return SavedNetwork(
            saved["parameters"], str(saved["data"]), epoch=int(progress["epoch"]), samples=int(progress["position"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"the checkpoint of run {run_id} is damaged ({type(error).__name__})") from error


def damage(name: str, content: bytes) -> str:
    """What is wrong with the bytes of a checkpoint, for people; "" if nothing is found.

    The name holds the start of their SHA-256; that of an earlier release does not, and the bytes are only read.
    """
    parts = _NAME.match(name)
    if parts is None:
        return f"is not the name of a checkpoint: {name[:60]!r}"
    if parts["digest"] not in {None, _digest(content)}:
        return "is damaged: its SHA-256 is another one"
    try:
        plain_pickle.read(content)
    except ArtifactError as error:
        return f"is damaged: {error}"
    return ""


def others(run_id: int, names: Collection[str]) -> list[Path]:
    """Every file of the run except the checkpoints `names` and the data it took, half-written ones included.

    If they are listed *before* a write under the lease, they may be removed *after* it: had another worker claimed the
    run and saved in between, the write would have been refused. Listed later, they may be that worker's checkpoint.
    """
    return [path for path in folder(run_id).glob("*") if not is_needed(path, names)]


def is_needed(path: Path, names: Collection[str]) -> bool:
    """Whether a file of a run is one of its checkpoints `names` or the data it took."""
    return path.name in {*names, _KEPT_DATA}


def remove(files: list[Path]) -> None:
    """Remove checkpoints that are no longer needed."""
    for path in files:
        path.unlink(missing_ok=True)


def remove_all(run_id: int) -> None:
    """Remove the run's checkpoints: its version exists, or the run is gone."""
    shutil.rmtree(folder(run_id), ignore_errors=True)


def _read(run_id: int, name: str) -> dict[str, Any]:
    if not _NAME.match(name):
        raise CheckpointError(f"expected the name of a checkpoint; got {name[:60]!r}")
    try:
        content = (folder(run_id) / name).read_bytes()
    except FileNotFoundError as error:
        raise CheckpointLostError(f"the checkpoint of run {run_id} is missing") from error
    except OSError as error:
        raise CheckpointError(f"the checkpoint of run {run_id} cannot be read: {error}") from error
    if problem := damage(name, content):
        raise CheckpointLostError(f"the checkpoint of run {run_id} {problem}")
    state = plain_pickle.read(content)
    if not isinstance(state, dict):
        raise CheckpointLostError(f"the checkpoint of run {run_id} is not one")
    return state


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
