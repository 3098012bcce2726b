"""A snapshot as pages get it."""

import base64
from typing import Any, Final

from inference.registry.snapshots import SMALLEST_LIMIT, Histogram, Snapshot

# Changes whenever a page would be sent something else of the same snapshot.
FORMAT: Final = "snapshot-2"


def frame(snapshot: Snapshot) -> dict[str, Any]:
    """What a page shows of a snapshot: about 30 kB, whatever the network."""
    return {
        "epoch": snapshot.epoch,
        "pictures": [
            {"neuron": int(neuron), "weights": base64.b64encode(picture.tobytes()).decode()}
            for neuron, picture in zip(snapshot.neurons, snapshot.pictures, strict=True)
        ],
        "weights": [_histogram(histogram) for histogram in snapshot.weights],
        "gradients": [_histogram(histogram) for histogram in snapshot.gradients],
        "has_network": snapshot.parameters is not None,
    }


def _histogram(histogram: Histogram) -> dict[str, Any]:
    limit = float(f"{histogram.limit:.4g}") if histogram.limit > SMALLEST_LIMIT else 0.0
    return {"low": -limit, "high": limit, "counts": histogram.counts.tolist()}
