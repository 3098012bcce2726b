"""Test images with which networks are inspected: stored ones, else newly generated ones. Nothing is downloaded."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datasets import catalogue
from nnlib.data.samples import pixels

MOST_IMAGES: Final = 2000
DRAWN_IMAGES: Final = 1000
# Not the data set's own seed: these must not be among the images that a network has learned from.
DRAWN_SEED: Final = 7919
TITLES: Final = {"mnist": "test images of MNIST", "pen-strokes": "test images of pen strokes"}


@dataclass(frozen=True, slots=True)
class Probe:
    """Some test images `(n, 784)` uint8, 0 to 255, ink 255; their labels `(n,)`; and a title of their source."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    title: str

    @property
    def pixels(self) -> NDArray[np.float32]:
        """`(n, 784)` in [0, 1], as networks read them."""
        return pixels(self.images)

    @property
    def average(self) -> NDArray[np.float32]:
        """`(784,)` in [0, 1]: the average image."""
        average: NDArray[np.float32] = self.pixels.mean(axis=0, dtype=np.float32)
        return average


def probe_images(dataset: str = "") -> Probe:
    """At most `MOST_IMAGES` test images of `dataset`; of another data set, or generated, where it is not stored."""
    wanted = "mnist" if dataset == "mnist+pen-strokes" else dataset
    for key in sorted(TITLES, key=lambda key: key != wanted):
        if catalogue.is_at_hand(key):
            return _stored(key)
    return drawn_images()


@lru_cache(maxsize=2)
def _stored(key: str) -> Probe:
    data = catalogue.load(key)
    chosen = slice(None, MOST_IMAGES)
    return Probe(np.array(data.x_test[chosen]), np.array(data.y_test[chosen]), TITLES[key])


@lru_cache(maxsize=1)
def drawn_images() -> Probe:
    """Pen strokes that no network has learned from: the same for every version, drawn once per process in seconds."""
    from datasets import pen_strokes  # noqa: PLC0415 -- the web process has no use for its templates before

    _, _, images, labels = pen_strokes.generate(seed=DRAWN_SEED, train=0, test=DRAWN_IMAGES)
    return Probe(images.reshape(-1, 784), labels, "freshly drawn pen strokes")
