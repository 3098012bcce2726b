"""Convolutions with fewer products: tiles of rows, multiplied as polynomials are.

Along a column, a convolution computes `m` neighbouring sums of `kernel` products each,

    y_i = sum_j w_j x_(i + j)        i < m, j < kernel

from 8 pixels, with `m = 9 - kernel`: for a kernel of 5, four sums of 5 products. Polynomials show that 20 products are
more than needed. The product of polynomials with the coefficients a (m of them) and w (kernel of them) has 8
coefficients c, which are determined by 8 of its values, and each value takes one product, a(p) w(p):

    c = V^-1 [(A a) * (G w)]

where A and G evaluate at 8 points, and V does so for c. (The value at infinity is the leading coefficient.) For a fixed
w this is linear in a: c = T a, with T_(i + j, i) = w_j. The sums above are the transposed of that map, y = T^T x, hence

    y = A^T [(G w) * (V^-T x)]

with 8 products instead of 20, and three small matrices which are the same everywhere. This is exact, up to rounding. It
is the method of Toom and Cook, and Winograd's for convolutions (Lavin and Gray, "Fast Algorithms for Convolutional
Neural Networks", 2016). In the gradient, the same matrices are transposed.

Here x are whole lines of pixels, and in the other direction, along a line, each of the 8 products is a sum over the
window of `kernel` pixels and their channels: 8 matrix products. In channels last a window is a run of memory, and
every `kernel`-th window of a line is a row of an ordinary matrix, as in `patches.py`, so nothing is copied.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array
from nnlib.fast.maps import Maps

POINTS: Final = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
"""And infinity: small numbers and their reciprocals, so that no power is large and rounding stays small."""
LINES: Final = len(POINTS) + 1
KERNELS: Final = (3, 5, 7)
"""For which this takes fewer products."""


@cache
def transforms(kernel: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The matrices A `(8, 9 - kernel)`, G `(8, kernel)` and V^-T `(8, 8)` of the explanation above.

    The rows of V^-T are multiplied by numbers that make them multiples of 1/4, which are exact in float32, and those of
    G are divided by the same numbers. All are read-only.
    """
    finite = np.array(POINTS)
    v = np.zeros((LINES, LINES))
    v[:-1] = finite[:, None] ** np.arange(LINES)
    v[-1, -1] = 1
    scale = np.array([*(np.prod([p - q for q in POINTS if q != p]) for p in POINTS), 1.0])
    a, g = v[:, : LINES + 1 - kernel].copy(), v[:, :kernel].copy()
    a[-1], g[-1] = 0, 0
    a[-1, -1] = g[-1, -1] = 1
    g /= scale[:, None]
    b = np.rint(np.linalg.inv(v).T * scale[:, None] * 4) / 4
    for matrix in (a, g, b):
        matrix.flags.writeable = False
    return a, g, b


class TileProducts:
    """Implements `Products` for the kernels 3, 5 and 7.

    Args:
        block: Largest number of samples.
        side: Of the maps.
        below: Channels of the maps that are read.
        channels: Channels of the products.
        kernel: Side of a square.
    """

    turns = False

    def __init__(self, block: int, side: int, below: int, channels: int, kernel: int) -> None:
        self._side, self._kernel, self._below, self._channels = side, kernel, below, channels
        self._a, self._g, self._b = (matrix.astype(np.float32) for matrix in transforms(kernel))
        self._height = self._a.shape[1]
        self._tiles, self._pitch = -(-side // self._height), side + kernel // 2
        places = block * self._tiles * self._pitch
        # Of x with the margin before and, at the end, up to a whole window; a few values between the 8 parts, because
        # memory at distances of powers of two competes for the same lines of the processor's cache.
        self._x = np.zeros((LINES, (places + 2 * kernel) * below + 16), np.float32)
        self._z = np.empty((LINES, (places + kernel) * channels + 16), np.float32)
        self._weights = np.empty((LINES, kernel * below, channels), np.float32)
        self._product = np.empty_like(self._weights)

    def maps(self, rows: int, channels: int) -> Maps:
        """See `Products`."""
        margin = self._kernel // 2
        return Maps(rows, self._side, channels, margin, self._tiles * self._height - self._side + margin)

    def set_weights(self, w: Float32Array) -> None:
        """See `Products`."""
        np.matmul(self._g, w.reshape(self._kernel, -1), out=self._weights.reshape(LINES, -1))

    def read(self, x: Maps, rows: slice) -> None:
        """See `Products`."""
        n, margin, width = rows.stop - rows.start, self._kernel // 2, self._pitch * self._below
        line = x.lines.strides[1]
        first = x.start - margin * x.pitch + rows.start * x.places_per_sample
        tiles = np.lib.stride_tricks.as_strided(
            x.flat[first:],
            (n, self._tiles, LINES, width),
            (x.lines.strides[0], line * self._height, line, x.flat.itemsize),
            writeable=False,
        )
        np.matmul(self._b, tiles, out=self._by_tile(self._x[:, margin * self._below :], n, self._below))

    def multiply(self, z: Maps, n: int) -> None:
        """See `Products`."""
        for phase in range(self._kernel):
            np.matmul(self._windows(phase, n), self._weights, out=self._places(phase, n))
        np.matmul(self._a.T, self._by_tile(self._z, n, self._channels), out=self._lines(z, n))

    def add_gradient(self, dz: Maps, n: int, dw: Float32Array) -> None:
        """See `Products`."""
        np.matmul(self._a, self._lines(dz, n), out=self._by_tile(self._z, n, self._channels))
        total = np.zeros_like(self._weights)
        for phase in range(self._kernel):
            np.matmul(self._windows(phase, n).swapaxes(1, 2), self._places(phase, n), out=self._product)
            np.add(total, self._product, out=total)
        np.add(dw, (self._g.T @ total.reshape(LINES, -1)).reshape(dw.shape), out=dw)

    def _lines(self, z: Maps, n: int) -> Float32Array:
        """`(n, tiles, height, width)`: the lines of each tile, a view."""
        return z.lines[:n, : self._tiles * self._height].reshape(n, self._tiles, self._height, -1)

    def _by_tile(self, parts: Float32Array, n: int, channels: int) -> Float32Array:
        """`parts` `(8, values)` as `(n, tiles, 8, width)`: the 8 lines of each tile, a view."""
        width = self._pitch * channels
        lines = parts[:, : n * self._tiles * width].reshape(LINES, n, self._tiles, width)
        return lines.transpose(1, 2, 0, 3)

    def _windows(self, phase: int, n: int) -> Float32Array:
        """`(8, count, kernel * below)`: every `kernel`-th window, a view."""
        count, width = self._count(phase, n), self._kernel * self._below
        start = phase * self._below
        return self._x[:, start : start + count * width].reshape(LINES, count, width)

    def _places(self, phase: int, n: int) -> Float32Array:
        """`(8, count, channels)`: the places of these windows, a view."""
        count, width = self._count(phase, n), self._kernel * self._channels
        start = phase * self._channels
        places = self._z[:, start : start + count * width].reshape(LINES, count, width)
        return places[:, :, : self._channels]

    def _count(self, phase: int, n: int) -> int:
        return -(-(n * self._tiles * self._pitch - phase) // self._kernel)
