"""Which training samples are held out for validation."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import SampleArray


def validation_rows(
    x: SampleArray, *, share: float, seed: int, groups: NDArray[np.generic] | None = None
) -> NDArray[np.bool_]:
    """`(n,)`: True for the samples that are held out, at least one and never all.

    The samples of a group are never on both sides. Without groups, equal samples are one: a network that has learned a
    sample by heart is not judged on a copy of it.

    Args:
        x: `(n, inputs)`, n at least 2.
        share: Of the samples, in (0, 1); groups are held out whole, in a random order, until it is reached.
        seed: Same seed and samples, same choice.
        groups: `(n,)`, such as who wrote each sample.

    Raises:
        ValueError: If all samples are of one group.
    """
    keys = [blake2b(row.tobytes(), digest_size=8).digest() for row in x] if groups is None else groups
    _, group_of = np.unique(keys, return_inverse=True)
    sizes = np.bincount(group_of)
    if len(sizes) < 2:
        raise ValueError("expected samples of at least two groups, got one: nothing can be held out")
    # A stream of its own: the trainer draws orders and distortions from the plain seed.
    order = np.random.default_rng([seed, 2]).permutation(len(sizes))
    held_out = np.zeros(len(sizes), np.bool_)
    before = np.cumsum(sizes[order]) - sizes[order]
    held_out[order[before < share * len(x)]] = True
    held_out[order[-1]] = False
    return held_out[group_of]
