"""A fixed sample of training images, for choices that must not be made on test images. Nothing is made or fetched."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datasets import catalogue
from datasets.stored import is_stored, open_stored

MOST_IMAGES: Final = 2000


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """The first training images `(n, 784)` uint8, ink 255, of the data set `key`; and their labels `(n,)`."""

    key: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def training_sample(key: str) -> TrainingSample | None:
    """At most `MOST_IMAGES` training images of a stored data set; None where this machine does not have it."""
    folder = catalogue.folder_of(key)
    if not is_stored(folder):
        return None
    data = open_stored(key, folder)
    return TrainingSample(key, np.array(data.x_train[:MOST_IMAGES]), np.array(data.y_train[:MOST_IMAGES]))
