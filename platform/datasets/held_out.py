"""The test images that a version was judged by, where this machine has them. Nothing is made or fetched for it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from datasets import catalogue
from datasets.errors import DatasetUnavailableError
from datasets.stored import fingerprint_of, is_stored, open_stored

TITLES: Final = {"mnist": "MNIST's test images", "pen-strokes": "test images of pen strokes"}
# Of MNIST's ten thousand test images and their labels, so that older versions are known to be judged by the same.
MNIST_FINGERPRINT: Final = "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Memory-mapped images `(n, 784)` uint8, ink 255; labels `(n,)`; and the SHA-256 over both."""

    key: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    fingerprint: str

    @property
    def title(self) -> str:
        """What people call it."""
        return TITLES[self.key]


def judged_by(dataset: str, dataset_fingerprint: str, metrics: dict[str, Any]) -> str:
    """The fingerprint of the test set that a version was evaluated on; empty if it was never evaluated."""
    known = metrics.get("test_fingerprint")
    if known:
        return str(known)
    if not dataset:
        return ""
    if dataset in {"mnist", "mnist+pen-strokes"}:
        return MNIST_FINGERPRINT
    # Evaluated before test sets had fingerprints of their own: the same data set has the same test images.
    found = _stored(dataset) if dataset in TITLES else None
    if found is not None and found[1] == dataset_fingerprint:
        return found[0].fingerprint
    return f"{dataset} {dataset_fingerprint}"


def held_out_images(fingerprint: str) -> HeldOut | None:
    """The test set of that fingerprint; None where this machine does not have it."""
    for key in TITLES:
        found = _stored(key)
        if found is not None and found[0].fingerprint == fingerprint:
            return found[0]
    return None


def default_test_set() -> HeldOut | None:
    """What versions are measured by that came without a data set: MNIST's test images, else those of pen strokes.

    None where this machine has neither.
    """
    return next((found[0] for key in TITLES if (found := _stored(key)) is not None), None)


def held_out_of(dataset: str) -> HeldOut | None:
    """The test images of a data set that runs train on; None where this machine does not have them.

    MNIST's judge a mixture with MNIST. Corrections have none of their own (`datasets.samples.rehearsal`).
    """
    if dataset not in {*TITLES, "mnist+pen-strokes"}:
        return default_test_set()
    found = _stored("pen-strokes" if dataset == "pen-strokes" else "mnist")
    return None if found is None else found[0]


def _stored(key: str) -> tuple[HeldOut, str] | None:
    """The test set of a stored data set, and the fingerprint of the whole."""
    folder = catalogue.folder_of(key)
    try:
        return _opened(key, folder, (folder / "y_test.npy").stat().st_mtime_ns) if is_stored(folder) else None
    except (OSError, DatasetUnavailableError):
        return None


@lru_cache(maxsize=8)
def _opened(key: str, folder: Path, _written_at: int) -> tuple[HeldOut, str]:
    data = open_stored(key, folder)
    images, labels = data.x_test, np.array(data.y_test)
    return HeldOut(key, images, labels, fingerprint_of(images, labels)), data.fingerprint
