"""Convolutions with activation and maximum, forward and backward, in buffers that are allocated once.

The mathematics is that of `convolution/` and explained there; here and in `maps.py` is explained what makes it fast.

*Blocks*: a few samples at a time pass through all convolutions, so that what is computed between two of them stays in
the processor's cache. For the whole batch only the maps after each maximum are kept, and which pixel was the largest.

*Maximum first*: activations never decrease, so the activation of the largest pixel is the largest activation. It is
computed after the maximum, for a quarter of the values, and so is the sum with the bias.

*Two maxima*: of two columns and then of two rows, instead of one of four pixels: fewer operations, on longer runs.
"""

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture, Convolution
from nnlib.arrays import Float32Array
from nnlib.fast.activations import ACTIVATIONS, InPlaceActivation
from nnlib.fast.maps import Maps, Patches
from nnlib.parameters import Parameters
from nnlib.shape import SIDE

_BLOCK = 16
_BLOCK_BYTES = 2_500_000


class Convolutions:
    """The convolutions of a network, for batches of at most `rows` samples. Not thread-safe.

    Args:
        architecture: Of the network; has at least one convolution.
        parameters: Of the network.
        rows: Largest number of samples of a batch.
        gradient: Where `backward` writes to; None for forward passes only.
    """

    def __init__(
        self,
        architecture: Architecture,
        parameters: Parameters[np.float32],
        rows: int,
        *,
        gradient: Parameters[np.float32] | None = None,
    ) -> None:
        margins = [one.kernel // 2 for one in architecture.convolutions]
        maps = [
            Maps(rows, side, channels, margin)
            for (side, channels), margin in zip(architecture.maps, [*margins, 0], strict=True)
        ]
        self._image, self._last, self._block = maps[0], maps[-1], _block_size(architecture, rows)
        self._layers = [
            _Layer(
                convolution,
                below=maps[number],
                above=maps[number + 1],
                activation=ACTIVATIONS[architecture.activation],
                parameters=(parameters.weights[number], parameters.biases[number]),
                block=self._block,
            )
            for number, convolution in enumerate(architecture.convolutions)
        ]
        self._backward_layers: list[_BackwardLayer] = []
        if gradient is not None:
            self._backward_layers = [
                _BackwardLayer(layer, (dw, db), is_first=number == 0)
                for number, (layer, dw, db) in enumerate(
                    zip(self._layers, gradient.weights, gradient.biases, strict=False)
                )
            ]

    def forward(self, x: Float32Array) -> Float32Array:
        """The last maps `(n, height * width * channels)` of images `x` `(n, 784)`; the next call overwrites them."""
        self._image.pixels[: len(x), ..., 0] = x.reshape(len(x), SIDE, SIDE)
        for rows in _slices(len(x), self._block):
            for number, layer in enumerate(self._layers):
                layer.forward(rows)
                if self._backward_layers:
                    self._backward_layers[number].note_largest(rows)
        return self._last.pixels[: len(x)].reshape(len(x), -1)

    def backward(self, dy: Float32Array) -> None:
        """Write the gradient of the last batch, from `dy`, that of the values of `forward`; `dy` is overwritten."""
        for layer in self._backward_layers:
            layer.start()
        for rows in _slices(len(dy), self._block):
            gradient = dy[rows].reshape(self._last.pixels[rows].shape)
            for layer in reversed(self._backward_layers):
                gradient = layer.backward(rows, gradient)


def convolved(architecture: Architecture, parameters: Parameters[np.float32], x: Float32Array) -> Float32Array:
    """The last maps `(n, height * width * channels)` of images `x` `(n, 784)`. Thread-safe: keeps no buffers."""
    block = _block_size(architecture, max(1, len(x)))
    convolutions = Convolutions(architecture, parameters, block)
    y = np.empty((len(x), architecture.dense_sizes[0]), np.float32)
    for rows in _slices(len(x), block):
        y[rows] = convolutions.forward(x[rows])
    return y


class _Layer:
    """One convolution; computes `above` from `below`, both of the whole batch, a block of samples at a time.

    In the buffers of a block, the pixel at `(row, column)` has the place `(column, row)`, see `maps.py`.
    """

    def __init__(
        self,
        convolution: Convolution,
        *,
        below: Maps,
        above: Maps,
        activation: InPlaceActivation,
        parameters: tuple[Float32Array, Float32Array],
        block: int,
    ) -> None:
        side, channels = below.pixels.shape[1], convolution.channels
        self.convolution, self.below, self.above, self.activation = convolution, below, above, activation
        self.weights, self._biases = parameters
        self.block = block
        self.patches = Patches(block, side, below.pixels.shape[3], convolution.kernel)
        self.z = Maps(block, side, channels, convolution.kernel // 2)
        self.wide = np.empty((block, side // 2, side, channels), np.float32)  # maxima of two columns

    def forward(self, rows: slice) -> None:
        """Compute `above[rows]`."""
        n = rows.stop - rows.start
        self.patches.fill(self.below.windows[rows])
        self.patches.multiply(self.weights, out=self.z.places(n))
        left, right = _pairs(self.z.pixels[:n])
        np.maximum(left, right, out=self.wide[:n])
        upper, lower = _pairs(self.wide[:n].swapaxes(1, 2))
        y = self.above.pixels[rows]
        np.maximum(upper, lower, out=y)
        lines = y.reshape(n, y.shape[1], -1)  # a view; runs of a line are faster than those of a pixel
        np.add(lines, np.tile(self._biases, y.shape[2]), out=lines)
        self.activation.apply(lines)


class _BackwardLayer:
    """The backward pass of a layer; adds to `gradient`, that of weights and biases. Call `start` for every batch."""

    def __init__(self, layer: _Layer, gradient: tuple[Float32Array, Float32Array], *, is_first: bool) -> None:
        rows, side, _, below = layer.below.pixels.shape
        kernel, channels, block, half = layer.convolution.kernel, layer.convolution.channels, layer.block, side // 2
        self._layer, self._is_first = layer, is_first
        self._dw, self._db = gradient
        self._right = np.empty((rows, half, side, channels), np.bool)
        self._lower = np.empty((rows, half, half, channels), np.bool)
        self._scratch = np.empty((block, half, half, channels), np.float32)
        self._d_wide = np.zeros_like(layer.wide)
        self._dz = Maps(block, side, channels, kernel // 2)
        if not is_first:
            self._d_patches = Patches(block, side, channels, kernel)
            self._dx = Maps(block, side, below, kernel // 2)
            self._turned = np.empty((kernel, kernel, channels, below), np.float32)

    def note_largest(self, rows: slice) -> None:
        """Remember which of four pixels is the largest (the first one of equals), after the layer's forward pass."""
        n = rows.stop - rows.start
        left, right = _pairs(self._layer.z.pixels[:n])
        np.greater(right, left, out=self._right[rows])
        upper, lower = _pairs(self._layer.wide[:n].swapaxes(1, 2))
        np.greater(lower, upper, out=self._lower[rows])

    def start(self) -> None:
        """Set the gradient to 0 and read the weights."""
        self._dw.fill(0)
        self._db.fill(0)
        if not self._is_first:
            # The gradient below is a convolution of `dz`, with the weights turned by 180 degrees: what the weight at
            # (-i, -j) from the middle made of a pixel is at (row + i, column + j). The patches of `dz` are column by
            # column, as its buffer is: hence the two swapped axes.
            kernel, _, channels, below = self._turned.shape
            w = self._layer.weights.reshape(kernel, kernel, below, channels)
            self._turned[:] = w[::-1, ::-1].transpose(1, 0, 3, 2)

    def backward(self, rows: slice, dy: Float32Array) -> Float32Array:
        """Add to the gradient, and return that of `below[rows]`, which the next call overwrites; empty for images.

        `dy` `(n, height, width, channels)`, the gradient of `above[rows]`, is overwritten.
        """
        layer, n = self._layer, len(dy)
        layer.activation.backward(dy, layer.above.pixels[rows], self._scratch[:n])
        np.add(self._db, dy.sum(axis=(0, 1, 2)), out=self._db)
        d_wide = self._d_wide[:n]
        _split(dy, self._lower[rows], out=d_wide.swapaxes(1, 2))
        _split(d_wide, self._right[rows], out=self._dz.pixels[:n])
        layer.patches.fill(layer.below.windows[rows])
        layer.patches.add_transposed_product(self._dz.places(n), out=self._dw)
        if self._is_first:
            return dy[:0]
        self._d_patches.fill(self._dz.windows[:n])
        self._d_patches.multiply(self._turned.reshape(-1, self._turned.shape[3]), out=self._dx.places(n))
        return self._dx.pixels[:n]


def _pairs(x: Float32Array) -> tuple[Float32Array, Float32Array]:
    """The even and the odd lines along the second axis of `x`, without a last one that has no partner."""
    stop = x.shape[1] // 2 * 2
    return x[:, 0:stop:2], x[:, 1:stop:2]


def _split(d: Float32Array, is_second: NDArray[np.bool], out: Float32Array) -> None:
    """Write each gradient of `d` to the second of its pair of lines of `out` or to the first, and 0 to the other."""
    first, second = _pairs(out)
    np.multiply(d, is_second, out=second)
    np.subtract(d, second, out=first)


def _slices(n: int, block: int) -> list[slice]:
    return [slice(start, min(start + block, n)) for start in range(0, n, block)]


def _block_size(architecture: Architecture, rows: int) -> int:
    """How many samples are computed at once."""
    largest = max(
        4 * side * (side + one.kernel) * one.kernel * max(below, one.channels)
        for one, (side, below) in zip(architecture.convolutions, architecture.maps, strict=False)
    )
    return max(1, min(rows, _BLOCK, _BLOCK_BYTES // largest))
