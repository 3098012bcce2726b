"""Long curves for the eye: the points that keep their shape. What is stored is never thinned."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# More than a chart has columns of pixels on most screens.
MOST_POINTS: Final = 600
_SHAPES: Final = ("train_error", "validation_error", "test_error")


def downsampled(history: Sequence[dict[str, Any]], most: int = MOST_POINTS) -> list[dict[str, Any]]:
    """The epochs that a chart of their errors needs, in order; all of them where they are few."""
    if len(history) <= most:
        return list(history)
    chosen = set[int]()
    for name in _SHAPES:
        values = np.array([epoch.get(name) for epoch in history], dtype=np.float64)
        chosen.update(largest_triangles(np.nan_to_num(values), most // len(_SHAPES)).tolist())
    return [history[index] for index in sorted(chosen)]


def largest_triangles(values: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Indices of `count` of evenly spaced `values` `(n,)`: of each bucket the point of the largest triangle.

    Steinarsson: Downsampling Time Series for Visual Representation (2013), "largest triangle, three buckets".
    """
    edges = np.linspace(1, len(values) - 1, count - 1).astype(np.intp)
    chosen = np.empty(count, np.intp)
    chosen[0], chosen[-1] = 0, len(values) - 1
    for bucket in range(count - 2):
        inside = np.arange(edges[bucket], edges[bucket + 1])
        following = slice(edges[bucket + 1], edges[bucket + 2] if bucket + 2 < len(edges) else len(values))
        x, y = (following.start + max(following.stop - 1, following.start)) / 2, values[following].mean()
        last = chosen[bucket]
        areas = np.abs((inside - last) * (y - values[last]) - (x - last) * (values[inside] - values[last]))
        chosen[bucket + 1] = inside[areas.argmax()]
    return chosen
