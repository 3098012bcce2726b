"""Records a snapshot of a network per epoch, thinned so that few remain however long the run is.

Until the run is done they are rows that belong to it, and are deleted with it; then they become one
file of its version. Looking changes nothing: the trainer's network is copied, its generators are not touched.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datasets import Dataset
from inference.registry import snapshots
from inference.registry.snapshots import MAX_SNAPSHOTS, SMALLEST_LIMIT, Histogram, Snapshot
from nnlib import Network
from nnlib.backpropagation import backward, forward
from nnlib.data.samples import pixels
from nnlib.losses import LOSSES, one_hot
from training.configuration.run_config import Loss
from training.models import SnapshotRow
from training.runs.snapshot_rows import can_have_parameters, epochs_of, load, most_with_parameters

PICTURES: Final = 24
BINS: Final = 31
GRADIENT_IMAGES: Final = 256

Floats = NDArray[np.float32]


class SnapshotRecorder:
    """The snapshots of one run.

    Args:
        run_id: Of the run.
        loss: Whose gradients are shown.
        data: Of whose training images the first few give the gradients.
    """

    def __init__(self, run_id: int, loss: Loss, data: Dataset) -> None:
        self._run_id, self._loss = run_id, loss
        self._x = pixels(np.asarray(data.x_train[:GRADIENT_IMAGES]))
        self._y = np.asarray(data.y_train[:GRADIENT_IMAGES])

    def begin(self, network: Network) -> None:
        """Keep the network as it is before the first epoch, unless that has been done."""
        if not SnapshotRow.objects.filter(run_id=self._run_id).exists():
            self.keep(self.taken(0, network))

    def taken(self, epoch: int, network: Network) -> Snapshot:
        """A look at the network; writes nothing."""
        dws, _ = backward(
            network.architecture,
            network.weights,
            forward(network.architecture, network.weights, network.biases, self._x),
            one_hot(network.architecture.outputs)[self._y],
            LOSSES[self._loss],
        )
        neurons = pictured(network.architecture.layer_sizes[1])
        has_parameters = can_have_parameters(network.architecture.parameter_count)
        largest = np.finfo(np.float16).max
        return Snapshot(
            epoch=epoch,
            neurons=neurons,
            pictures=_signed_bytes(network.weights[0][:, neurons].T),
            weights=tuple(histogram(w) for w in network.weights),
            gradients=tuple(histogram(dw) for dw in dws),
            parameters=np.clip(network.flat, -largest, largest).astype(np.float16) if has_parameters else None,
        )

    def keep(self, snapshot: Snapshot) -> None:
        """Write a snapshot, and drop the one that is missed least when there are too many."""
        row = {"data": snapshots.pack([snapshot])}
        SnapshotRow.objects.update_or_create(run_id=self._run_id, epoch=snapshot.epoch, defaults=row)
        most = MAX_SNAPSHOTS
        if snapshot.parameters is not None:
            most = min(most, most_with_parameters(snapshot.parameters.size))
        epochs = epochs_of(self._run_id)
        if len(epochs) > most:
            SnapshotRow.objects.filter(run_id=self._run_id, epoch=missed_least(epochs)).delete()

    def all(self) -> list[Snapshot]:
        """Every snapshot that was kept, in order."""
        return [load(self._run_id, epoch) for epoch in epochs_of(self._run_id)]

    def remove(self) -> None:
        """Remove the rows: the version has them now."""
        SnapshotRow.objects.filter(run_id=self._run_id).delete()


def missed_least(epochs: Sequence[int]) -> int:
    """Of epochs in order the one whose neighbours are nearest to each other, by their ratio; never the first or last.

    What remains is close together at the start, where a network changes most, and wider and wider apart after it.
    """
    inner = range(1, len(epochs) - 1)
    return epochs[min(inner, key=lambda i: math.log((epochs[i + 1] + 1) / (epochs[i - 1] + 1)))]


def pictured(count: int) -> NDArray[np.int32]:
    """The neurons of a first layer that are pictured: spread evenly, always the same."""
    return np.unique(np.linspace(0, count - 1, min(PICTURES, count)).round()).astype(np.int32)


def histogram(values: Floats) -> Histogram:
    """A histogram of values in `BINS` equal steps around 0."""
    flat = values.ravel()
    limit = max(float(np.abs(flat).max()), SMALLEST_LIMIT)
    places = ((flat + np.float32(limit)) * np.float32(BINS / (2 * limit))).astype(np.intp)
    counts = np.bincount(np.minimum(places, BINS - 1, out=places), minlength=BINS)
    return Histogram(limit, counts.astype(np.int32))


def _signed_bytes(rows: Floats) -> NDArray[np.int8]:
    largest = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 127 * np.finfo(np.float32).tiny)
    return np.rint(rows * (127 / largest)).astype(np.int8)
