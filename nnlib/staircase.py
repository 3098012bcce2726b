"""Products with rows that begin with zeros: the first layer's two, at little more than half of the work.

The rows of a batch are sorted by where their first ink is, those with the longest lead of zeros last:

    . . # # # # # #        rows 0 to n / 8          # may be anything,
    . . . # # # # #        rows n / 8 to n / 2      . is 0 in this and in all later rows
    . . . . . # # #        rows n / 2 to n

Each part of the rows needs only the columns from its first row's first ink on; more than three parts save no more, as
products of few rows are slower. The plain forms are `x @ w` and `x.T @ dz`, and the tests hold these against them.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array


def multiply(x: Float32Array, first: NDArray[np.intp], w: Float32Array, out: Float32Array) -> None:
    """Write `x @ w` to `out`.

    Args:
        x: `(n, inputs)`.
        first: `(n,)`, ascending: row i is 0 before column `first[i]`.
        w: `(inputs, outputs)`.
        out: `(n, outputs)`.
    """
    cuts = _cuts(len(x))
    for top, bottom in pairwise(cuts):
        start = first[top]
        np.matmul(x[top:bottom, start:], w[start:], out=out[top:bottom])


def multiply_transposed(x: Float32Array, first: NDArray[np.intp], dz: Float32Array, out: Float32Array) -> None:
    """Write `x.T @ dz` to `out`.

    Args:
        x: `(n, inputs)`.
        first: `(n,)`, ascending: row i is 0 before column `first[i]`.
        dz: `(n, outputs)`.
        out: `(inputs, outputs)`.
    """
    cuts = _cuts(len(x))
    out[: first[0]] = 0
    for top, bottom in pairwise(cuts):
        # In these columns only the rows above `bottom` have ink.
        columns = slice(first[top], first[bottom] if bottom < len(x) else len(out))
        np.matmul(x[:bottom, columns].T, dz[:bottom], out=out[columns])


def _cuts(n: int) -> list[int]:
    return sorted({0, n // 8, n // 2, n})
