"""Products of rows that begin with zeros: the first layer's two, with little more than half of the work.

The rows of a batch are sorted by their first nonzero column, those with the most leading zeros last:

    . . # # # # # #        rows 0 to n / 4          # may be any number,
    . . . # # # # #        rows n / 4 to n / 2      . is 0 in this row and in all later rows
    . . . . . # # #        rows n / 2 to n

Every step of this skyline starts a strip of columns in which only the rows above the next step can be nonzero, and a
product needs no others. Strips are as tall as possible, because products of few rows are slower. The plain forms are
`x @ w` and `x.T @ dz`.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array

_STEPS = 8
_LEAST_ROWS = 8


def multiply(
    x: Float32Array, first: NDArray[np.intp], w: Float32Array, out: Float32Array, scratch: Float32Array
) -> None:
    """Write `x @ w` to `out`.

    Args:
        x: `(n, inputs)`.
        first: `(n,)`, ascending: row i is 0 before column `first[i]`.
        w: `(inputs, outputs)`.
        out: `(n, outputs)`.
        scratch: `(n, outputs)`, overwritten.
    """
    # From the right: the last strip has all rows and fills `out`; the others add to their rows.
    for rows, columns in _strips(first, x.shape[1]):
        if rows == len(x):
            np.matmul(x[:, columns], w[columns], out=out)
        else:
            part = np.matmul(x[:rows, columns], w[columns], out=scratch[:rows])
            np.add(out[:rows], part, out=out[:rows])


def multiply_transposed(x: Float32Array, first: NDArray[np.intp], dz: Float32Array, out: Float32Array) -> None:
    """Write `x.T @ dz` to `out`.

    Args:
        x: `(n, inputs)`.
        first: `(n,)`, ascending: row i is 0 before column `first[i]`.
        dz: `(n, outputs)`.
        out: `(inputs, outputs)`.
    """
    out[: first[0]] = 0
    for rows, columns in _strips(first, x.shape[1]):
        np.matmul(x[:rows, columns].T, dz[:rows], out=out[columns])


def _strips(first: NDArray[np.intp], inputs: int) -> Iterator[tuple[int, slice]]:
    """From right to left: how many rows a strip has, and its columns; the first is never empty and has all rows."""
    rows, n = len(first), len(first)
    steps = max(1, min(_STEPS, n // _LEAST_ROWS))
    stop = inputs
    for top in (n * step // steps for step in reversed(range(steps))):
        start = int(first[top])
        if start < stop:
            yield rows, slice(start, stop)
            stop = start
        rows = top
