"""Convolutions with activation and maximum, forward and backward, in buffers that are allocated once.

The mathematics is that of `convolution/` and explained there; here is explained what makes it fast, apart from the
products themselves: those of `tiles.py` where they suit, of `patches.py` otherwise.

*Blocks*: a few samples at a time pass through all convolutions, so that what is computed between two of them stays in
the processor's cache. For the whole batch only the maps after each maximum are kept, and which pixel was the largest.

*Maximum first*: activations never decrease, so the activation of the largest pixel is the largest activation. It is
computed after the maximum, for a quarter of the values, and so is the sum with the bias.

*Two maxima*: of two columns and then of two rows, instead of one of four pixels: fewer operations, on longer runs.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture, Convolution
from nnlib.arrays import Float32Array
from nnlib.fast.activations import ACTIVATIONS, InPlaceActivation
from nnlib.fast.maps import Maps, Products
from nnlib.fast.patches import PatchProducts
from nnlib.fast.tiles import KERNELS, TileProducts
from nnlib.parameters import Parameters
from nnlib.shape import SIDE

_BLOCK = 8
_BLOCK_BYTES = 2_500_000
_TILE_CHANNELS = 8
"""With fewer channels below, the matrices are too narrow: patches are as fast or faster."""


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
        self._block = _block_size(architecture, rows)
        products = [
            _products(self._block, side, below, one.channels, one.kernel)
            for one, (side, below) in zip(architecture.convolutions, architecture.maps, strict=False)
        ]
        maps = [one.maps(rows, channels) for one, (_, channels) in zip(products, architecture.maps, strict=False)]
        maps.append(Maps(rows, *architecture.maps[-1], margin=0))
        self._image, self._last = maps[0], maps[-1]
        self._layers = [
            _Layer(
                convolution,
                products[number],
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
        for layer in self._layers:
            layer.start()
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
    """One convolution; computes `above` from `below`, both of the whole batch, a block of samples at a time."""

    def __init__(
        self,
        convolution: Convolution,
        products: Products,
        *,
        below: Maps,
        above: Maps,
        activation: InPlaceActivation,
        parameters: tuple[Float32Array, Float32Array],
        block: int,
    ) -> None:
        self.convolution, self.products, self.below, self.above = convolution, products, below, above
        self.activation, self.block = activation, block
        self.weights, self._biases = parameters
        self._z = products.maps(block, convolution.channels)
        self.z = _natural(self._z.pixels, products)
        self.wide = self.new_wide()

    def new_wide(self) -> Float32Array:
        """`(block, side, side // 2, channels)` zeros, for the maxima of two columns; in memory ordered as `z`."""
        block, side, _, channels = self.z.shape
        shape = (block, side // 2, side) if self.products.turns else (block, side, side // 2)
        return _natural(np.zeros((*shape, channels), np.float32), self.products)

    def start(self) -> None:
        """Read the weights and the bias."""
        self.products.set_weights(self.weights)
        self._bias_line = np.tile(self._biases, self.above.pixels.shape[2])

    def forward(self, rows: slice) -> None:
        """Compute `above[rows]`."""
        n = rows.stop - rows.start
        self.products.read(self.below, rows)
        self.products.multiply(self._z, n)
        wide, y = self.wide[:n], self.above.pixels[rows]
        np.maximum(*_pairs(self.z[:n], axis=2), out=wide)
        np.maximum(*_pairs(wide, axis=1), out=y)
        lines = y.reshape(n, y.shape[1], -1)  # a view; runs of a line are faster than those of a pixel
        np.add(lines, self._bias_line, out=lines)
        self.activation.apply(lines)


class _BackwardLayer:
    """The backward pass of a layer; adds to `gradient`, that of weights and biases. Call `start` for every batch."""

    def __init__(self, layer: _Layer, gradient: tuple[Float32Array, Float32Array], *, is_first: bool) -> None:
        rows, side, _, below = layer.below.pixels.shape
        kernel, channels, block, half = layer.convolution.kernel, layer.convolution.channels, layer.block, side // 2
        self._layer, self._is_first = layer, is_first
        self._dw, self._db = gradient
        right_shape = (rows, half, side) if layer.products.turns else (rows, side, half)
        self._right = _natural(np.empty((*right_shape, channels), np.bool), layer.products)
        self._lower = np.empty((rows, half, half, channels), np.bool)
        self._scratch = np.empty((block, half, half, channels), np.float32)
        self._d_wide = layer.new_wide()
        self._dz = layer.products.maps(block, channels)
        self._ones = np.ones(len(self._dz.places(block)), np.float32)
        if not is_first:
            self._products = _products(block, side, channels, below, kernel, like=layer.products)
            self._dx = layer.products.maps(block, below)

    def note_largest(self, rows: slice) -> None:
        """Remember which of four pixels is the largest (the first one of equals), after the layer's forward pass."""
        n = rows.stop - rows.start
        left, right = _pairs(self._layer.z[:n], axis=2)
        np.greater(right, left, out=self._right[rows])
        upper, lower = _pairs(self._layer.wide[:n], axis=1)
        np.greater(lower, upper, out=self._lower[rows])

    def start(self) -> None:
        """Set the gradient to 0 and read the weights."""
        self._dw.fill(0)
        self._db.fill(0)
        if not self._is_first:
            # The gradient below is a convolution of `dz`, with the weights turned by 180 degrees: what the weight at
            # (-i, -j) from the middle made of a pixel is at (row + i, column + j).
            layer = self._layer
            kernel, below = layer.convolution.kernel, layer.below.pixels.shape[3]
            turned = layer.weights.reshape(kernel, kernel, below, -1)[::-1, ::-1].swapaxes(2, 3)
            if layer.products.turns:
                turned = turned.swapaxes(0, 1)
            self._products.set_weights(turned.reshape(-1, below))

    def backward(self, rows: slice, dy: Float32Array) -> Float32Array:
        """Add to the gradient, and return that of `below[rows]`, which the next call overwrites; empty for images.

        `dy` `(n, height, width, channels)`, the gradient of `above[rows]`, is overwritten.
        """
        layer, n = self._layer, len(dy)
        layer.activation.backward(dy, layer.above.pixels[rows], self._scratch[:n])
        d_wide, dz = self._d_wide[:n], _natural(self._dz.pixels[:n], layer.products)
        _split(dy, self._lower[rows], out=_pairs(d_wide, axis=1))
        _split(d_wide, self._right[rows], out=_pairs(dz, axis=2))
        places = self._dz.places(n)
        np.add(self._db, self._ones[: len(places)] @ places, out=self._db)  # the sum over places, by BLAS
        layer.products.read(layer.below, rows)
        layer.products.add_gradient(self._dz, n, self._dw)
        if self._is_first:
            return dy[:0]
        self._products.read(self._dz, slice(0, n))
        self._products.multiply(self._dx, n)
        return self._dx.pixels[:n]


def _products(
    block: int, side: int, below: int, channels: int, kernel: int, *, like: Products | None = None
) -> Products:
    """The products that take least time, or those of the same kind as `like`."""
    tiles = kernel in KERNELS and below >= _TILE_CHANNELS if like is None else isinstance(like, TileProducts)
    kind = TileProducts if tiles else PatchProducts
    return kind(block, side, below, channels, kernel)


def _natural(x: Any, products: Products) -> Any:
    """`x` `(n, side, side, channels)` with rows before columns: a view."""
    return x.swapaxes(1, 2) if products.turns else x


def _pairs(x: Float32Array, *, axis: int) -> tuple[Float32Array, Float32Array]:
    """The even and the odd lines along an axis of `x`, 1 or 2, without a last one that has no partner: views."""
    stop = x.shape[axis] // 2 * 2
    if axis == 1:
        return x[:, 0:stop:2], x[:, 1:stop:2]
    return x[:, :, 0:stop:2], x[:, :, 1:stop:2]


def _split(d: Float32Array, is_second: NDArray[np.bool], out: tuple[Float32Array, Float32Array]) -> None:
    """Write each gradient of `d` to the second of a pair or to the first, and 0 to the other."""
    first, second = out
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
