"""Test images for looking into networks: of what is stored, else a few freshly drawn ones. Nothing is fetched."""

from functools import lru_cache
from typing import Final

import numpy as np

from inference.probe import MOST_IMAGES, Probe
from training.datasets import catalogue

DRAWN_IMAGES: Final = 1000
# Not the data set's own seed: these must not be among the images that a network has learned from.
DRAWN_SEED: Final = 7919
TITLES: Final = {"mnist": "test images of MNIST", "pen-strokes": "test images of pen strokes"}


def probe_images(dataset: str) -> Probe:
    """Test images of the data set that was asked for, else of another that is at hand, else drawn for the purpose."""
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
    from training.datasets import pen_strokes  # noqa: PLC0415 -- the web process has no use for its templates before

    _, _, images, labels = pen_strokes.generate(seed=DRAWN_SEED, train=0, test=DRAWN_IMAGES)
    return Probe(images.reshape(-1, 784), labels, "freshly drawn pen strokes")
