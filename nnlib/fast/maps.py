"""The patches of `convolution/product.py`, without writing each pixel of an image `kernel * kernel` times.

Take the windows of `kernel` pixels along the lines of an image, in channels last each a run of `kernel * below` values
in memory, and store them line below line: then the square around a pixel, which is `kernel` windows one below the
other, is one run of memory too. Rows of the matrix of patches therefore overlap, by all but one window:

    row 0:  w0 w1 w2 w3 w4
    row 1:     w1 w2 w3 w4 w5
    row 2:        w2 w3 w4 w5 w6 ...

BLAS does not take such a matrix, but every `kernel`-th row together is an ordinary one, so `kernel` products compute
everything from memory that holds each pixel only `kernel` times. The margin of zeros at the end of a line is also that
at the start of the next. Patches that start in a margin are computed too, for nothing: `margin / side` more.

Windows along the rows of an image give their products in the order of its columns: the values at `(row, column)` are in
place `(column, row)`. The maximum that follows undoes it, see `convolutions.py`.
"""

from collections.abc import Iterator

import numpy as np

from nnlib.arrays import Float32Array


class Maps:
    """Maps with lines of pixels that are separated by margins of zeros.

    Args:
        rows: Number of samples.
        side: Pixels in a line, and lines.
        channels: Values of a pixel.
        margin: Zeros before the first line and after each line.

    Attributes:
        pixels: `(rows, side, side, channels)`, without the margins: a view.
        windows: `(rows, side, side, (2 * margin + 1) * channels)`: at `[n, i, j]` the values from `margin` pixels
            before to `margin` pixels behind pixel i of line j. A view: they overlap.
    """

    def __init__(self, rows: int, side: int, channels: int, margin: int) -> None:
        self._pitch = side + margin
        flat = np.zeros((margin + rows * side * self._pitch, channels), np.float32)
        self._places = flat[margin:]
        self._per_sample = side * self._pitch
        self.pixels = self._places.reshape(rows, side, self._pitch, channels)[:, :, :side]
        value, line = flat.itemsize, flat.itemsize * self._pitch * channels
        self.windows = np.lib.stride_tricks.as_strided(
            flat,
            (rows, side, side, (2 * margin + 1) * channels),
            (line * side, value * channels, line, value),
            writeable=False,
        )

    def places(self, n: int) -> Float32Array:
        """`(n * side * (side + margin), channels)`: pixels and margins of the first `n` samples; a view."""
        return self._places[: n * self._per_sample]


class Patches:
    """The squares of `kernel` pixels around every pixel of some maps.

    Args:
        rows: Largest number of samples.
        side: Of the maps.
        channels: Of the maps.
        kernel: Side of a square.
    """

    def __init__(self, rows: int, side: int, channels: int, kernel: int) -> None:
        self._kernel, margin = kernel, kernel // 2
        self._per_sample = side * (side + margin)
        width = kernel * channels
        self._flat = np.zeros((rows * self._per_sample + kernel, width), np.float32)
        lines = self._flat[: rows * self._per_sample].reshape(rows, side, side + margin, width)
        self._lines = lines[:, :, margin:]
        self._channels = channels
        self._product = np.empty((0, 0), np.float32)

    def fill(self, windows: Float32Array) -> None:
        """Read the `windows` of `Maps`, `(n, side, side, kernel * channels)`, with the margin `kernel // 2`."""
        lines = self._lines[: len(windows)]
        if self._channels > 1:
            np.copyto(lines, windows)
            return
        for shift in range(self._kernel):  # runs along a line are longer than windows of single values
            np.copyto(lines[..., shift], windows[..., shift])

    def multiply(self, w: Float32Array, out: Float32Array) -> None:
        """Write the products with `w` `(kernel * kernel * channels, outputs)` to `out` `(places, outputs)`.

        `out` are the places of `Maps` with the same side and margin; what is written into the margins has no meaning.
        """
        for patches, places in self._phases(len(out)):
            np.matmul(patches, w, out=out[places])

    def add_transposed_product(self, dz: Float32Array, out: Float32Array) -> None:
        """Add the products of the transposed patches with `dz` `(places, outputs)` to `out`, of the shape of `w`.

        The margins of `dz` must be 0.
        """
        if self._product.shape != out.shape:
            self._product = np.empty_like(out)
        for patches, places in self._phases(len(dz)):
            np.matmul(patches.T, dz[places], out=self._product)
            np.add(out, self._product, out=out)

    def _phases(self, places: int) -> Iterator[tuple[Float32Array, slice]]:
        """Every `kernel`-th patch as a matrix, and the places that these patches belong to."""
        kernel = self._kernel
        for phase in range(min(kernel, places)):
            count = -(-(places - phase) // kernel)
            patches = self._flat[phase : phase + count * kernel].reshape(count, kernel * self._flat.shape[1])
            yield patches, slice(phase, places, kernel)
