"""A page of a data set's training images, digit by digit: what a network is to learn from, to look at."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datasets import catalogue
from nnlib.shape import SIDE

PER_PAGE: Final = 12
# Not the data set's own seed: these are drawn to be looked at, before the set itself is.
DRAWN_SEED: Final = 104_729
KEYS: Final = ("mnist", "pen-strokes")


def can_be_shown(key: str) -> bool:
    """Whether `samples` has any: pen strokes are drawn where they are not stored, MNIST is not fetched for it."""
    return key == "pen-strokes" or (key in KEYS and catalogue.is_at_hand(key))


def samples(key: str, digit: int, page: int) -> NDArray[np.uint8]:
    """`(n, 28, 28)` images of `digit`, n at most `PER_PAGE`: those of page `page`, from 1; none past the end."""
    images = _stored(key, digit, page) if catalogue.is_at_hand(key) else _drawn(page)[digit]
    return images.reshape(-1, SIDE, SIDE)


def _stored(key: str, digit: int, page: int) -> NDArray[np.uint8]:
    data = catalogue.load(key)
    places = np.flatnonzero(data.y_train == digit)[(page - 1) * PER_PAGE : page * PER_PAGE]
    return np.asarray(data.x_train[places])


@lru_cache(maxsize=2)
def _drawn(page: int) -> tuple[NDArray[np.uint8], ...]:
    from datasets import pen_strokes  # noqa: PLC0415 -- the web process has no use for its templates before

    images, labels, _, _ = pen_strokes.generate(seed=DRAWN_SEED + page, train=10 * PER_PAGE, test=0)
    return tuple(images[labels == digit] for digit in range(10))
