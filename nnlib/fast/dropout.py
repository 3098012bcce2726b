"""Dropout: a random share of hidden values is set to 0 in every training pass (Srivastava et al., 2014)."""

from collections.abc import Sequence

import numpy as np

from nnlib.arrays import Float32Array


def draw_masks(
    units: Sequence[int], *, rows: int, dropout: float, rng: np.random.Generator
) -> list[Float32Array] | None:
    """Per hidden dense layer a `(rows, units)` mask that its values are multiplied by; None if `dropout` is 0.

    A mask is 0 with the probability `dropout` and 1 / (1 - dropout) otherwise, so that its mean is 1 and the trained
    network needs no correction. `units` are those of hidden dense layers: maps of convolutions are never masked,
    because neighbouring pixels say nearly the same, so that leaving out single ones hides little.
    """
    if dropout == 0:
        return None
    kept = np.float32(1 / (1 - dropout))
    return [(rng.random((rows, size), np.float32) >= dropout) * kept for size in units]
