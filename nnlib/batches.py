"""Batches of training samples, in the order of an epoch."""

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array, FloatArray, LabelArray


class Batches:
    """Copies rows of the training data into a float32 buffer.

    Args:
        x: `(n, inputs)` uint8 in 0..255 or float32 in [0, 1]; may be a memory map.
        y: `(n,)` labels.
        batch_size: At most so many rows at once.
    """

    def __init__(self, x: FloatArray | NDArray[np.uint8], y: LabelArray, batch_size: int) -> None:
        self._x = np.asarray(x)
        self._y = np.asarray(y, np.intp)
        self._bytes = np.empty((batch_size, x.shape[1]), np.uint8) if x.dtype == np.uint8 else None

    def __len__(self) -> int:
        return len(self._y)

    def read(self, start: int, stop: int, order: NDArray[np.intp] | None, out: Float32Array) -> LabelArray:
        """Write the samples at places `start` to `stop` of the order into `out`; return their labels.

        Args:
            start: First place, at least 0.
            stop: One past the last place.
            order: Sample numbers `(n,)`; None is as they lie.
            out: `(stop - start, inputs)`, written as float32 in [0, 1].
        """
        if order is None:
            rows, labels = self._x[start:stop], self._y[start:stop]
        else:
            chosen = order[start:stop]
            buffer = out if self._bytes is None else self._bytes[: stop - start]
            # mode="clip" lets take write straight into the buffer; every index is in range.
            rows, labels = np.take(self._x, chosen, axis=0, out=buffer, mode="clip"), self._y[chosen]
        if self._bytes is not None:
            np.divide(rows, np.float32(255), out=out, dtype=np.float32)
        elif rows is not out:
            out[:] = rows
        return labels
