"""Write a whole data set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from datasets.ink.rasterization import PEN_WIDTH, rasterize
from datasets.pen_strokes.handwriting_variation import write
from datasets.pen_strokes.other_marks import MARKS
from datasets.pen_strokes.styles import STYLES, Style
from nnlib.data.samples import as_bytes
from nnlib.shape import SIDE

Images = NDArray[np.uint8]

_BETWEEN_REPORTS = 500
_PEN_SPREAD = 0.32
_WEIGHTS = {digit: np.cumsum([*styles.values()]) / sum(styles.values()) for digit, styles in STYLES.items()}
_CHOICES = {digit: tuple(styles) for digit, styles in STYLES.items()}
_MARKS, _MARK_WEIGHTS = tuple(MARKS), np.cumsum([*MARKS.values()]) / sum(MARKS.values())


def generate(
    *, seed: int, train: int = 60_000, test: int = 10_000, progress: Callable[[float], None] | None = None
) -> tuple[Images, Images, Images, Images]:
    """`x_train, y_train, x_test, y_test`: images `(n, 28, 28)` in 0..255 and labels `(n,)`, all uint8.

    As many of each digit as of any other (but for a remainder), in random order. The same for the same arguments.

    Args:
        seed: at least 0.
        train: number of training images.
        test: number of test images, written after the training images by the same hands.
        progress: called now and then with the share done, in [0, 1].
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = np.concatenate([_balanced(count, rng) for count in (train, test)])
    images = np.empty((train + test, SIDE, SIDE), np.uint8)
    for index, label in enumerate(labels):
        images[index] = _image(int(label), rng)
        if progress and (index + 1) % _BETWEEN_REPORTS == 0:
            progress((index + 1) / len(labels))
    if progress:
        progress(1.0)
    return images[:train], labels[:train], images[train:], labels[train:]


def generate_marks(*, seed: int, count: int, progress: Callable[[float], None] | None = None) -> Images:
    """Images `(count, 28, 28)` uint8 of what is no digit, by the same hands; the same for the same arguments."""
    rng = np.random.Generator(np.random.PCG64(seed))
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for index in range(count):
        images[index] = _painted(_MARKS[int(np.searchsorted(_MARK_WEIGHTS, rng.random(), side="right"))], rng)
        if progress and (index + 1) % _BETWEEN_REPORTS == 0:
            progress((index + 1) / count)
    return images


def _balanced(count: int, rng: Generator) -> NDArray[np.uint8]:
    labels: NDArray[np.uint8] = rng.permutation((np.arange(count) % 10).astype(np.uint8))
    return labels


def _image(digit: int, rng: Generator) -> NDArray[np.uint8]:
    """`(28, 28)` one writing of `digit`, in one of its styles."""
    return _painted(_CHOICES[digit][int(np.searchsorted(_WEIGHTS[digit], rng.random(), side="right"))], rng)


def _painted(style: Style, rng: Generator) -> NDArray[np.uint8]:
    """`(28, 28)` a style, by a hand, with a pen."""
    pen_width = float(np.clip(PEN_WIDTH * np.exp(rng.normal(0.1, _PEN_SPREAD)), 1.2, 5.6))
    return as_bytes(rasterize(write(style(rng), rng=rng), pen_width=pen_width))
