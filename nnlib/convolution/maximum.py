"""The maximum of every 2x2 pixels: it halves maps, and a stroke that moves by a pixel often changes nothing.

    y[row, column, channel] = max(x[2 * row + i, 2 * column + j, channel] for i in (0, 1) for j in (0, 1))

With an odd size, the last row or column is left out. A small change of the largest pixel changes `y` as much, and a
small change of another one changes nothing: so the gradient at `y` belongs to the largest pixel, in the order above to
the first one where several are equal (as PyTorch), and the others have the gradient 0.
"""

import numpy as np

from nnlib.arrays import FloatArray


def maximum(x: FloatArray) -> FloatArray:
    """The largest of every 2x2 pixels of `x` `(n, height, width, channels)`; half of its height and width."""
    largest: FloatArray = _squares(x).max(axis=3)
    return largest


def maximum_backward(dy: FloatArray, x: FloatArray) -> FloatArray:
    """The gradient at `x` of `maximum(x)`, from `dy`, the gradient at its values."""
    squares = _squares(x)
    largest = squares.argmax(axis=3)[:, :, :, None]  # the first, where several are equal
    d_squares = np.zeros_like(squares, dtype=dy.dtype)
    np.put_along_axis(d_squares, largest, dy[:, :, :, None], axis=3)
    n, height, width, _, channels = squares.shape
    dx = np.zeros_like(x, dtype=dy.dtype)
    dx[:, : 2 * height, : 2 * width] = (
        d_squares.reshape(n, height, width, 2, 2, channels)
        .transpose(0, 1, 3, 2, 4, 5)
        .reshape(n, 2 * height, 2 * width, channels)
    )
    return dx


def _squares(x: FloatArray) -> FloatArray:
    """A copy of `x` as `(n, height // 2, width // 2, 4, channels)`: the pixels of every square row by row."""
    n, height, width, channels = x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]
    squares = x[:, : 2 * height, : 2 * width].reshape(n, height, 2, width, 2, channels)
    return squares.transpose(0, 1, 3, 2, 4, 5).reshape(n, height, width, 4, channels)
