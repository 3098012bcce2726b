"""Buffers of maps with margins of zeros, from which convolutions are computed."""

from typing import Protocol

import numpy as np

from nnlib.arrays import Float32Array


class Maps:
    """Maps whose lines of pixels are separated by margins of zeros: that at the end of a line is that of the next, too.

    Args:
        rows: Number of samples.
        side: Pixels in a line, and lines.
        channels: Values of a pixel.
        margin: Zeros before the first line and after each line.
        blank: Lines of zeros before the first sample and after each sample.

    Attributes:
        pixels: `(rows, side, side, channels)`, without the margins: a view.
        lines: `(rows, side + blank, (side + margin) * channels)`: a view of everything after the first margins.
        flat: `(values, channels)`: everything, first margins included; the first line begins at `start`.
    """

    def __init__(self, rows: int, side: int, channels: int, margin: int, blank: int = 0) -> None:
        pitch = side + margin
        self.pitch, self.start, self.places_per_sample = pitch, margin + blank * pitch, (side + blank) * pitch
        self.flat = np.zeros((self.start + rows * self.places_per_sample, channels), np.float32)
        self.lines = self.places(rows).reshape(rows, side + blank, pitch * channels)
        self.pixels = self.lines.reshape(rows, side + blank, pitch, channels)[:, :side, :side]

    def places(self, n: int) -> Float32Array:
        """`(n * places_per_sample, channels)`: pixels and margins of the first `n` samples; a view."""
        return self.flat[self.start : self.start + n * self.places_per_sample]


class Products(Protocol):
    """Computes the products of a convolution, and those of its gradient, for blocks of samples.

    Attributes:
        turns: Whether rows and columns of what it computes, and of `dz`, are exchanged.
    """

    turns: bool

    def maps(self, rows: int, channels: int) -> Maps:
        """Maps as it needs them, for what it reads and writes."""
        ...

    def set_weights(self, w: Float32Array) -> None:
        """Use the weights `(kernel * kernel * below, channels)` from now on; they may be copied."""
        ...

    def read(self, x: Maps, rows: slice) -> None:
        """Read these samples."""
        ...

    def multiply(self, z: Maps, n: int) -> None:
        """Write the products of the `n` samples read to the first maps of `z`, and anything into its margins."""
        ...

    def add_gradient(self, dz: Maps, n: int, dw: Float32Array) -> None:
        """Add to `dw` the weights' gradient from the `n` samples read and the first maps of `dz`, margins all 0."""
        ...
