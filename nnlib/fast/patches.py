"""The patches of `convolution/product.py`, without writing each pixel of an image `kernel * kernel` times.

Take the windows of `kernel` pixels along the lines of an image, in channels last each a run of `kernel * below` values
in memory, and store them line below line: then the square around a pixel, which is `kernel` windows one below the
other, is one run of memory too. Rows of the matrix of patches therefore overlap, by all but one window:

    row 0:  w0 w1 w2 w3 w4
    row 1:     w1 w2 w3 w4 w5
    row 2:        w2 w3 w4 w5 w6 ...

BLAS does not take such a matrix, but every `kernel`-th row together is an ordinary one, so `kernel` products compute
everything from memory that holds each pixel only `kernel` times. Patches that start in a margin are computed too, for
nothing: `margin / side` more.

The windows of a row are stored one per column, so the products come column by column.
"""

from collections.abc import Iterator

import numpy as np

from nnlib.arrays import Float32Array
from nnlib.fast.maps import Maps


class PatchProducts:
    """Implements `Products` for any kernel.

    Args:
        block: Largest number of samples.
        side: Of the maps.
        below: Channels of the maps that are read.
        channels: Channels of the products.
        kernel: Side of a square.
    """

    turns = True

    def __init__(self, block: int, side: int, below: int, channels: int, kernel: int) -> None:
        self._side, self._kernel, self._below, margin = side, kernel, below, kernel // 2
        places, width = side * (side + margin), kernel * below
        self._flat = np.zeros((block * places + kernel, width), np.float32)
        self._windows = self._flat[: block * places].reshape(block, side, side + margin, width)[:, :, margin:]
        self._weights: Float32Array = np.empty((0, 0), np.float32)
        self._product = np.empty((kernel * width, channels), np.float32)

    def maps(self, rows: int, channels: int) -> Maps:
        """See `Products`."""
        return Maps(rows, self._side, channels, self._kernel // 2)

    def set_weights(self, w: Float32Array) -> None:
        """See `Products`."""
        self._weights = w

    def read(self, x: Maps, rows: slice) -> None:
        """See `Products`."""
        place, line = x.flat.strides[0], x.flat.strides[0] * x.pitch
        read = np.lib.stride_tricks.as_strided(
            x.flat[rows.start * x.places_per_sample :],
            (rows.stop - rows.start, *self._windows.shape[1:]),
            (line * self._side, place, line, x.flat.itemsize),
            writeable=False,
        )
        windows = self._windows[: len(read)]
        if self._below > 1:
            np.copyto(windows, read)
            return
        for shift in range(self._kernel):  # runs along a line are longer than windows of single values
            np.copyto(windows[..., shift], read[..., shift])

    def multiply(self, z: Maps, n: int) -> None:
        """See `Products`."""
        places = z.places(n)
        for patches, phase in self._phases(len(places)):
            np.matmul(patches, self._weights, out=places[phase])

    def add_gradient(self, dz: Maps, n: int, dw: Float32Array) -> None:
        """See `Products`."""
        places = dz.places(n)
        for patches, phase in self._phases(len(places)):
            np.add(dw, np.matmul(patches.T, places[phase], out=self._product), out=dw)

    def _phases(self, places: int) -> Iterator[tuple[Float32Array, slice]]:
        """Every `kernel`-th patch as a matrix, and the places that these patches belong to."""
        kernel = self._kernel
        for phase in range(min(kernel, places)):
            count = -(-(places - phase) // kernel)
            patches = self._flat[phase : phase + count * kernel].reshape(count, kernel * self._flat.shape[1])
            yield patches, slice(phase, places, kernel)
