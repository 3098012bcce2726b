"""A convolution, and why it is one matrix product.

For every pixel, a convolution computes a weighted sum of the square around it, with the same weights everywhere. With
the input `x` `(height, width, below)`, the weights `w` `(kernel, kernel, below, channels)` and the biases `b`:

    for row in range(height):
        for column in range(width):
            for channel in range(channels):
                z[row, column, channel] = b[channel]
                for i in range(kernel):
                    for j in range(kernel):
                        for c in range(below):
                            z[row, column, channel] += (
                                x[row + i - kernel // 2, column + j - kernel // 2, c] * w[i, j, c, channel]
                            )

where `x` is 0 outside the image: a margin of `kernel // 2` zeros, so that `z` has the size of `x`.

The three inner loops are the scalar product of the square around the pixel, as a vector of `kernel * kernel * below`
values, with a column of weights. So if every square is written into a row of a matrix, all loops together are a
product of two matrices:

    z = patches(x) @ w + b        with w as (kernel * kernel * below, channels)

which is a dense layer whose samples are pixels. Its backward pass is that of a dense layer (see `backpropagation.py`):

    dw = patches(x).T @ dz
    db = sum of dz over samples and pixels
    d patches = dz @ w.T

and because each pixel of `x` was written into the patches of all its neighbours, its gradient is the sum of theirs.
"""

import numpy as np

from nnlib.arrays import FloatArray


def patches(x: FloatArray, kernel: int) -> FloatArray:
    """The square of `kernel` pixels around every pixel of `x` `(n, height, width, below)`, zeros outside the image.

    `(n * height * width, kernel * kernel * below)`: one row per pixel with the square's values row by row.
    """
    n, height, width, below = x.shape
    padded = _padded(x, kernel)
    squares = np.empty((n, height, width, kernel, kernel, below), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            squares[:, :, :, i, j] = padded[:, i : i + height, j : j + width]
    return squares.reshape(n * height * width, kernel * kernel * below)


def convolve(x: FloatArray, w: FloatArray, b: FloatArray) -> FloatArray:
    """Maps `(n, height, width, channels)` of `x` `(n, height, width, below)`.

    `w` is `(kernel * kernel * below, channels)`, `b` is `(channels,)`.
    """
    z = patches(x, _kernel(x.shape[3], w)) @ w + b
    return z.reshape(*x.shape[:3], w.shape[1])


def convolve_backward(dz: FloatArray, x: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The gradients `dw`, `db` and `dx` of `convolve(x, w, b)`, from `dz` `(n, height, width, channels)`."""
    rows = dz.reshape(-1, dz.shape[3])
    return patches(x, _kernel(x.shape[3], w)).T @ rows, rows.sum(axis=0), input_gradient(dz, w, x.shape[3])


def input_gradient(dz: FloatArray, w: FloatArray, below: int) -> FloatArray:
    """The gradient `dx` alone: every pixel gets the sum of the gradients of its copies in the patches."""
    n, height, width, _ = dz.shape
    kernel = _kernel(below, w)
    squares = (dz @ w.T).reshape(n, height, width, kernel, kernel, below)
    padded = _padded(np.zeros((n, height, width, below), squares.dtype), kernel)
    for i in range(kernel):
        for j in range(kernel):
            padded[:, i : i + height, j : j + width] += squares[:, :, :, i, j]
    margin = kernel // 2
    return padded[:, margin : margin + height, margin : margin + width]


def _padded(x: FloatArray, kernel: int) -> FloatArray:
    """A copy of `x` with a margin of `kernel // 2` zeros around every map."""
    margin = kernel // 2
    return np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)))


def _kernel(below: int, w: FloatArray) -> int:
    """Side of the squares that the weights `(kernel * kernel * below, channels)` are for."""
    return round((len(w) / below) ** 0.5)
