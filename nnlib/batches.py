"""Batches of training samples, in the order of an epoch, as the network is to see them."""

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array, LabelArray, SampleArray
from nnlib.augmentation import Augmentation
from nnlib.input_order import InputOrder

_ROWS_AT_ONCE = 4096


class Batches:
    """Reads rows of the training data, distorts them if asked to, and leaves out first columns that are 0.

    Args:
        x: `(n, inputs)` uint8 in 0..255 or float32 in [0, 1]; may be a memory map.
        y: `(n,)` labels.
        input_order: How the columns are to be arranged.
        augmentation: Distorts every sample anew in every epoch; None leaves them alone.
        seed: With the epoch and the first place, decides the distortions of a batch.
        rows: At most so many at once.
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
    ) -> None:
        self._y = np.asarray(y, np.intp)
        self._augmentation, self._seed = augmentation, seed
        self._x = np.asarray(x) if augmentation is not None else _arranged(x, input_order)
        self._first_used = _first_used(self._x) if augmentation is None else np.zeros(len(x), np.intp)
        self._rows = np.empty((rows, x.shape[1]), x.dtype)
        self._pixels = np.empty((rows, x.shape[1]), np.float32)

    def __len__(self) -> int:
        return len(self._y)

    def read(
        self, start: int, stop: int, *, order: NDArray[np.intp] | None, epoch: int
    ) -> tuple[Float32Array, LabelArray]:
        """The samples at places `start` to `stop` of `order` in epoch `epoch`, and their labels.

        Args:
            start: First place, at least 0.
            stop: One past the last place.
            order: Sample numbers `(n,)`; None is as they lie.
            epoch: From 1.

        Returns:
            `(stop - start, used)` float32 in [0, 1], a view that the next call overwrites, and `(stop - start,)`. Only
            the last `used` columns are there; those before are 0 in all of these samples.
        """
        x = self._pixels[: stop - start]
        if order is None:
            chosen: slice | NDArray[np.intp] = slice(start, stop)
            rows = self._x[chosen]
        else:
            chosen = order[start:stop]
            # mode="clip" lets take write straight into the buffer; every number is in range.
            rows = np.take(self._x, chosen, axis=0, out=self._rows[: stop - start], mode="clip")
        if rows.dtype == np.uint8:
            np.divide(rows, np.float32(255), out=x, dtype=np.float32)
        else:
            np.copyto(x, rows)
        if self._augmentation is not None:
            self._augmentation.distort(x, rng=np.random.Generator(np.random.PCG64([self._seed, epoch, start])))
            first = int((x.max(axis=0) > 0).argmax())
        else:
            first = int(self._first_used[chosen].min())
        return x[:, first:], self._y[chosen]


def _arranged(x: SampleArray, order: InputOrder) -> SampleArray:
    """`x` with its columns in `order`: a copy, or `x` itself where that is the order it has."""
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
