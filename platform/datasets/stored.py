"""A data set on disk: four memory-mapped `.npy` files in a folder that appears whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from datasets.errors import DatasetUnavailableError
from nnlib.data.validation_split import validation_rows

ARRAYS: Final = ("x_train", "y_train", "x_test", "y_test")
FINGERPRINT_FILE: Final = "fingerprint.json"

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
# Called with a share in [0, 1]; may raise to give up.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class CorrectionsTaken:
    """How many corrections a run took, which were all; `newest_id` is None where an older program took them."""

    count: int
    newest_id: int | None


Labelled = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images `(n, 784)` and their labels `(n,)`."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Images `(n, 784)` uint8, 0 to 255, ink 255; labels `(n,)` uint8; and the SHA-256 over all four arrays."""

    key: str
    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]
    fingerprint: str
    corrections: CorrectionsTaken | None = None

    def held_out(self, share: float, seed: int) -> "tuple[Dataset, Labelled | None]":
        """Without a share of its training images, and these; the same seed holds out the same, copies never part."""
        if not share:
            return self, None
        rows = validation_rows(self.x_train, share=share, seed=seed)
        rest = replace(self, x_train=self.x_train[~rows], y_train=self.y_train[~rows])
        return rest, (self.x_train[rows], self.y_train[rows])


def is_stored(folder: Path) -> bool:
    """Whether the data set in `folder` is complete."""
    return (folder / FINGERPRINT_FILE).is_file()


def open_stored(key: str, folder: Path) -> Dataset:
    """The data set in `folder`, memory-mapped: processes share one copy.

    Raises:
        DatasetUnavailableError: a file is missing or damaged.
    """
    try:
        fingerprint = json.loads((folder / FINGERPRINT_FILE).read_text())["sha256"]
        x_train, y_train, x_test, y_test = (
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS
        )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DatasetUnavailableError(
            f"the stored data set {key} is damaged ({error}); delete {folder.name} to make it anew"
        ) from error
    return Dataset(key, x_train, y_train, x_test, y_test, fingerprint)


def store(arrays: Arrays, folder: Path) -> None:
    """Write the arrays into `folder` under another name, then rename; of two writers the first wins."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        flat = [checked(array, name) for array, name in zip(arrays, ARRAYS, strict=True)]
        for array, name in zip(flat, ARRAYS, strict=True):
            np.save(partial / f"{name}.npy", array)
        (partial / FINGERPRINT_FILE).write_text(json.dumps({"sha256": fingerprint_of(*flat)}))
        try:
            os.rename(partial, folder)  # noqa: PTH104 -- unlike replace, it says when the folder is there already
        except OSError:
            if not is_stored(folder):
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def checked(array: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """`array` as it is stored: images `(n, 784)` or labels `(n,)`, uint8.

    Raises:
        DatasetUnavailableError: another shape or type.
    """
    flat = array.reshape(len(array), -1) if name.startswith("x") else array
    expected = (len(array), 784) if name.startswith("x") else (len(array),)
    if array.dtype != np.uint8 or flat.shape != expected:
        raise DatasetUnavailableError(f"expected {name} as uint8 {expected}; got {array.dtype} {array.shape}")
    return np.ascontiguousarray(flat)


def fingerprint_of(*arrays: NDArray[np.uint8]) -> str:
    """SHA-256 over the bytes of the arrays in order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
