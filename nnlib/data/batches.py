"""Batches of training samples, in the order of an epoch."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array, LabelArray, SampleArray
from nnlib.data.augmentation import Augmentation
from nnlib.fast.input_order import InputOrder

_ROWS_AT_ONCE = 4096


class Batch(NamedTuple):
    """The samples of a call of `Descent.learn`; the next batch may overwrite `x`.

    Attributes:
        x: `(n, inputs)` float32 in [0, 1], columns in the input order.
        first: `(n,)`: row i of `x` is 0 before column `first[i]`; ascending unless the batches are in sequence.
        labels: `(n,)`.
    """

    x: Float32Array
    first: NDArray[np.intp]
    labels: LabelArray


class Batches:
    """Reads rows of the training data, distorts them if configured, and counts the zeros that each begins with.

    Args:
        x: `(n, inputs)` uint8 in 0..255 or float32 in [0, 1]; may be a memory map.
        y: `(n,)` labels.
        input_order: Order of the columns in a batch.
        augmentation: Distorts every sample anew in every epoch; None for no distortion.
        seed: Of the distortions; epoch and position of a batch are added to it.
        rows: Largest number of samples in a batch.
        in_sequence: Whether the samples of a batch keep their order; otherwise they are sorted for `skyline.py`.
    """

    def __init__(
        self,
        x: SampleArray,
        y: LabelArray,
        *,
        input_order: InputOrder,
        augmentation: Augmentation | None,
        seed: int,
        rows: int,
        in_sequence: bool,
    ) -> None:
        self._y = np.asarray(y, np.intp)
        self._augmentation, self._seed, self._in_sequence = augmentation, seed, in_sequence
        self._x = np.asarray(x) if augmentation is not None else _arranged(x, input_order)
        self._first_used = _first_used(self._x) if augmentation is None else np.zeros(len(x), np.intp)
        self._rows = np.empty((rows, x.shape[1]), x.dtype)
        self._pixels = np.empty((rows, x.shape[1]), np.float32)

    def __len__(self) -> int:
        return len(self._y)

    def epoch(self, epoch: int, *, order: NDArray[np.intp] | None, start: int = 0) -> Generator[Batch, None, None]:
        """The batches of an epoch, one after another.

        Distortion takes as long as training, so a thread prepares the next batch; it ends with the iterator. The
        content of a batch does not depend on when it is read.

        Args:
            epoch: From 1.
            order: Sample numbers `(n,)`; None is the given order.
            start: The first position in that order, a multiple of `rows`.
        """
        starts = range(start, len(self), len(self._rows))
        augmentation = self._augmentation
        if augmentation is None:
            yield from self._read_plain(starts, order)
            return

        def read(place: int) -> Batch:
            return self._read_distorted(augmentation, place, order, epoch)

        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="distort") as reader:
            ahead = [reader.submit(read, place) for place in starts[:1]]
            for place in starts:
                batch = ahead.pop().result()
                if place != starts[-1]:
                    ahead.append(reader.submit(read, place + starts.step))
                yield batch

    def _read_plain(self, starts: range, order: NDArray[np.intp] | None) -> Iterator[Batch]:
        """Batches without distortion; first columns and labels are looked up for the whole epoch at once."""
        chosen = np.arange(len(self)) if order is None else order
        if not self._in_sequence:
            chosen = self._sorted_by_zeros(chosen)
        first, labels = self._first_used[chosen], self._y[chosen]
        for start in starts:
            rows = slice(start, start + starts.step)
            yield Batch(self._fetch(chosen[rows]), first[rows], labels[rows])

    def _sorted_by_zeros(self, order: NDArray[np.intp]) -> NDArray[np.intp]:
        """A copy of `order` `(n,)` in which the samples of every batch are sorted by first nonzero column."""
        rows = len(self._rows)
        chosen, whole = np.array(order), len(order) // rows * rows
        for batches in (chosen[:whole].reshape(-1, rows), chosen[whole:].reshape(1, -1)):
            places = np.argsort(self._first_used[batches], axis=1, kind="stable")
            batches[:] = np.take_along_axis(batches, places, axis=1)
        return chosen

    def _read_distorted(
        self, augmentation: Augmentation, start: int, order: NDArray[np.intp] | None, epoch: int
    ) -> Batch:
        stop = min(start + len(self._rows), len(self))
        chosen = np.arange(start, stop) if order is None else order[start:stop]
        x = self._fetch(chosen)
        augmentation.distort(x, rng=np.random.Generator(np.random.PCG64([self._seed, epoch, start])))
        first = _first_used(x)
        places = np.arange(len(x)) if self._in_sequence else np.argsort(first, kind="stable")
        return Batch(x[places], first[places], self._y[chosen[places]])

    def _fetch(self, chosen: NDArray[np.intp]) -> Float32Array:
        """The chosen samples as float32 in [0, 1], in a buffer that the next call overwrites."""
        x = self._pixels[: len(chosen)]
        # mode="clip" makes take write directly into the buffer; every number is in range.
        rows = np.take(self._x, chosen, axis=0, out=self._rows[: len(chosen)], mode="clip")
        np.copyto(x, rows)
        if rows.dtype == np.uint8:
            np.divide(x, np.float32(255), out=x)
        return x


def _arranged(x: SampleArray, order: InputOrder) -> SampleArray:
    """`x` with its columns in `order`: a copy, or `x` itself if it has that order."""
    if (order.inputs == np.arange(x.shape[1])).all():
        return np.asarray(x)
    arranged = np.empty(x.shape, x.dtype)
    for start in range(0, len(x), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        np.take(x[rows], order.inputs, axis=1, out=arranged[rows], mode="clip")
    return arranged


def _first_used(x: SampleArray) -> NDArray[np.intp]:
    """Per row of `x` the first column that is not 0, at most the last column."""
    first = np.empty(len(x), np.intp)
    for start in range(0, len(x), _ROWS_AT_ONCE):
        used = x[start : start + _ROWS_AT_ONCE] != 0
        used[:, -1] = True
        first[start : start + _ROWS_AT_ONCE] = used.argmax(axis=1)
    return first
