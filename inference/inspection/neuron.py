"""One neuron of a version: what it listens to, what excites it, what it passes on."""

import base64
import threading
from contextlib import suppress
from typing import Any, Final

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from datasets.probe_images import Probe
from nnlib import Network

BINS: Final = 24
TOP_IMAGES: Final = 12
TOP_CONNECTIONS: Final = 8
# Values of all neurons for all images that are kept at once: 32 MB.
MOST_VALUES: Final = 8_000_000
# Two networks of the largest size that is kept whole.
MAX_BYTES: Final = 2 * 4 * MOST_VALUES

Floats = NDArray[np.float32]


class ActivationCache:
    """The activations of all neurons for all test images, of the networks used last; safe in threads."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._activations: LRUCache[tuple[str, str], list[Floats]] = LRUCache(
            max_bytes, getsizeof=lambda layers: sum(values.nbytes for values in layers)
        )

    def get(self, network: Network, sha256: str, probe: Probe) -> list[Floats]:
        """Per layer after the pixels `(images, units)`; of fewer images where the network is very large."""
        key = (sha256, probe.title)
        with self._lock:
            found = self._activations.get(key)
        if found is not None:
            return found
        count = max(100, MOST_VALUES // sum(network.architecture.layer_sizes))
        values = network.activations(probe.pixels[:count])[1:]
        with self._lock, suppress(ValueError):  # larger than the whole cache: it is not kept
            self._activations[key] = values
        return values


ACTIVATIONS: Final = ActivationCache()


def inspect_neuron(network: Network, sha256: str, probe: Probe, layer: int, index: int) -> dict[str, Any]:
    """Everything that the panel of one neuron shows, ready for JSON.

    Args:
        network: Of the version.
        sha256: Of its model file.
        probe: Test images to excite it with.
        layer: From 1, the first after the pixels.
        index: Of the neuron in its layer.
    """
    weights, last = network.weights, len(network.weights)
    values = ACTIVATIONS.get(network, sha256, probe)[layer - 1][:, index]
    labels = probe.labels[: len(values)]
    means = [float(values[labels == digit].mean()) if (labels == digit).any() else None for digit in range(10)]
    return {
        "layer": layer,
        "neuron": index,
        "bias": _short(network.biases[layer - 1][index]),
        "weights": base64.b64encode(seen_through(network, layer, index).astype("<f4").tobytes()).decode(),
        "is_projected": layer > 1,
        "incoming": _strongest(weights[layer - 1][:, index]) if layer > 1 else [],
        "outgoing": _strongest(weights[layer][index]) if layer < last else [],
        "means": [None if mean is None else _short(mean) for mean in means],
        "sentence": _sentence(means, float(values.mean())),
        "histogram": _histogram(values),
        "images": _top_images(values, probe),
        "count": len(values),
        "source": probe.title,
    }


def seen_through(network: Network, layer: int, index: int) -> Floats:
    """`(784,)`: a first-layer neuron's weights; a deeper one's projected back as if nothing bent them on the way."""
    picture = network.weights[layer - 1][:, index]
    for w in reversed(network.weights[: layer - 1]):
        picture = w @ picture
    return picture


def _strongest(weights: Floats) -> list[list[float]]:
    """`[neuron, weight]` of the largest weights, largest first."""
    order = np.argsort(-np.abs(weights), kind="stable")[:TOP_CONNECTIONS]
    return [[int(i), _short(weights[i])] for i in order]


def _histogram(values: Floats) -> dict[str, Any]:
    low, high = float(values.min()), float(values.max())
    if low == high:
        counts = np.where(np.arange(BINS) == BINS // 2, len(values), 0)
    else:  # in float64: in float32, NumPy finds no room for the bins between nearly equal values
        counts, _ = np.histogram(values.astype(np.float64), bins=BINS, range=(low, high))
    return {"low": _short(low), "high": _short(high), "counts": counts.tolist()}


def _top_images(values: Floats, probe: Probe) -> list[dict[str, Any]]:
    order = np.argsort(-values, kind="stable")[:TOP_IMAGES]
    return [
        {
            "label": int(probe.labels[i]),
            "activation": _short(values[i]),
            "pixels": base64.b64encode(probe.images[i].tobytes()).decode(),
        }
        for i in order
    ]


def _sentence(means: list[float | None], average: float) -> str:
    """Which digits it answers to most and least."""
    known = {digit: mean for digit, mean in enumerate(means) if mean is not None}
    ranked = sorted(known, key=lambda digit: -known[digit])
    spread = known[ranked[0]] - known[ranked[-1]]
    if spread < 1e-4:
        return "It says much the same to every digit."
    loud = [digit for digit in ranked[:3] if known[digit] > average + 0.25 * spread] or ranked[:1]
    return f"On average it is excited most by {_listed(loud)} and least by {ranked[-1]}."


def _listed(digits: list[int]) -> str:
    *others, final = map(str, digits)
    return f"{', '.join(others)} and {final}" if others else final


def _short(value: Any) -> float:
    return float(f"{float(value):.4g}")
