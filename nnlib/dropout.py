"""Dropout: hidden values that are left out at random while a network learns (Srivastava et al., 2014)."""

from collections.abc import Sequence

import numpy as np

from nnlib.arrays import Float32Array


def draw_masks(
    units: Sequence[int], *, rows: int, dropout: float, rng: np.random.Generator
) -> list[Float32Array] | None:
    """Per hidden layer a `(rows, units)` mask to multiply its values with; None if nothing is left out.

    A mask is 0 with the probability `dropout` and 1 / (1 - dropout) otherwise, so that its mean is 1 and a network that
    has learned needs no correction.
    """
    if dropout == 0:
        return None
    kept = np.float32(1 / (1 - dropout))
    return [(rng.random((rows, size), np.float32) >= dropout) * kept for size in units]
