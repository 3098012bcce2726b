"""Snapshots of a network during its training, in one file in the store of model files.

A snapshot has what a page shows (pictures of some first-layer neurons, histograms of weights and gradients) and, unless
the network is too large, all its parameters in half precision, so that a drawing can be put to it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from cachetools import LRUCache, cached
from django.core.files.base import ContentFile
from numpy.typing import NDArray

from inference.errors import ArtifactError, VersionNotFoundError
from inference.model_files.pickle import network_pickle, plain_pickle
from inference.models import ModelVersion, SnapshotFile
from inference.registry.services import StoredArtifact, model_store
from nnlib import Architecture, Network

FORMAT: Final = "digitlab-snapshots"
FORMAT_VERSION: Final = 1
MAX_SNAPSHOTS: Final = 24
MAX_CACHED_BYTES: Final = 64 * 1024 * 1024


SMALLEST_LIMIT: Final = 1e-12
"""The limit of a histogram of values that are all 0, or nearly."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` `(bins,)` int32 of values in equal steps from -`limit` to `limit`."""

    limit: float
    counts: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A network at the end of an epoch; epoch 0 is before the first.

    Attributes:
        epoch: From 0.
        neurons: `(n,)` int32: the first-layer neurons that are pictured.
        pictures: `(n, 784)` int8: their weights, 127 being each one's largest.
        weights: Per layer, first layer first.
        gradients: Per layer: of the error on some training images.
        parameters: `(parameter_count,)` float16 in the layout of `nnlib.Parameters`; None in too large a network.
    """

    epoch: int
    neurons: NDArray[np.int32]
    pictures: NDArray[np.int8]
    weights: tuple[Histogram, ...]
    gradients: tuple[Histogram, ...]
    parameters: NDArray[np.float16] | None


def pack(snapshots: Sequence[Snapshot]) -> bytes:
    """Snapshots as the bytes of a file of plain values."""
    return plain_pickle.write(
        {"format": FORMAT, "version": FORMAT_VERSION, "snapshots": [_plain(snapshot) for snapshot in snapshots]}
    )


def unpack(data: bytes) -> list[Snapshot]:
    """The snapshots in a file, in the order of their epochs.

    Raises:
        ArtifactError: it is not such a file, or is damaged. Nothing of it was run.
    """
    value = plain_pickle.read(data)
    if not isinstance(value, dict) or (value.get("format"), value.get("version")) != (FORMAT, FORMAT_VERSION):
        raise ArtifactError(f"expected a file of format {FORMAT!r} version {FORMAT_VERSION}")
    try:
        return sorted((_built(plain) for plain in value["snapshots"]), key=lambda snapshot: snapshot.epoch)
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"expected a file of snapshots; got a damaged one ({type(error).__name__})") from error


def store(snapshots: Sequence[Snapshot]) -> StoredArtifact:
    """Write the snapshots of a training to the store of model files, under their fingerprint."""
    data = pack(snapshots)
    fingerprint = network_pickle.sha256(data)
    name = f"{fingerprint}.snapshots"
    if not model_store().exists(name):
        name = model_store().save(name, ContentFile(data))
    return StoredArtifact(name, len(data), fingerprint)


def attach(version: ModelVersion, stored: StoredArtifact, snapshots: Sequence[Snapshot]) -> None:
    """Record that the stored file of these snapshots belongs to a version, in the transaction that publishes it."""
    if not model_store().exists(stored.name):  # another version with the same was deleted a moment ago
        stored = store(snapshots)
    SnapshotFile.objects.create(
        version=version,
        name=stored.name,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        epochs=[snapshot.epoch for snapshot in snapshots],
    )


def epochs_of(version: ModelVersion) -> list[int]:
    """The epochs of which there are snapshots; none for a version that was not trained here."""
    file = SnapshotFile.objects.filter(version=version).first()
    return [] if file is None else [int(epoch) for epoch in file.epochs]


def load(version: ModelVersion) -> list[Snapshot]:
    """Every snapshot of a version; none for a version that was not trained here.

    Raises:
        ArtifactError: the file is missing, or is not the one that was published.
    """
    file = SnapshotFile.objects.filter(version=version).first()
    return [] if file is None else _read(file, version.number)


def load_one(version: ModelVersion, epoch: int) -> Snapshot:
    """The snapshot of one epoch.

    Raises:
        VersionNotFoundError: there is none of that epoch.
        ArtifactError: as `load`.
    """
    for snapshot in load(version):
        if snapshot.epoch == epoch:
            return snapshot
    raise VersionNotFoundError(f"there is no snapshot of version {version.number} after epoch {epoch}")


def network_at(version: ModelVersion, epoch: str) -> Network:
    """The network as it was after an epoch, given in digits, to half precision.

    Raises:
        VersionNotFoundError: there is no snapshot of that epoch, or it has no parameters.
        ArtifactError: as `load`.
    """
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) < 9):
        raise VersionNotFoundError(f"expected the number of an epoch after the @; got {epoch[:20]!r}")
    flat = load_one(version, int(epoch)).parameters
    if flat is None:
        raise VersionNotFoundError(f"version {version.number} is too large for snapshots that can predict")
    known = version.architecture
    architecture = Architecture(tuple(known["layer_sizes"]), known["activation"], known["output"])
    if flat.shape != (architecture.parameter_count,):
        raise ArtifactError(f"expected {architecture.parameter_count:,} parameters in a snapshot; got {flat.size:,}")
    return Network.from_flat(architecture, flat)


def _size(snapshots: Sequence[Snapshot]) -> int:
    """Bytes of the arrays that take most of the memory."""
    return sum(one.pictures.nbytes + (0 if one.parameters is None else one.parameters.nbytes) for one in snapshots)


_cache: Final[LRUCache[str, list[Snapshot]]] = LRUCache(MAX_CACHED_BYTES, getsizeof=_size)


# By SHA-256: a page that plays a training requests its snapshots one by one.
@cached(_cache, key=lambda file, _number: file.sha256, lock=threading.Lock())
def _read(file: SnapshotFile, number: int) -> list[Snapshot]:
    """The snapshots in the file of version `number`."""
    try:
        with model_store().open(file.name) as opened:
            data: bytes = opened.read()
    except OSError as error:
        raise ArtifactError(f"the snapshots of version {number} cannot be read: {error.strerror}") from error
    if network_pickle.sha256(data) != file.sha256:
        raise ArtifactError(f"the snapshots of version {number} have changed since they were published")
    return unpack(data)


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "epoch": snapshot.epoch,
        "neurons": snapshot.neurons,
        "pictures": snapshot.pictures,
        "weights": [(histogram.limit, histogram.counts) for histogram in snapshot.weights],
        "gradients": [(histogram.limit, histogram.counts) for histogram in snapshot.gradients],
        "parameters": snapshot.parameters,
    }


def _built(plain: dict[str, Any]) -> Snapshot:
    return Snapshot(
        epoch=int(plain["epoch"]),
        neurons=plain["neurons"],
        pictures=plain["pictures"],
        weights=tuple(Histogram(float(limit), counts) for limit, counts in plain["weights"]),
        gradients=tuple(Histogram(float(limit), counts) for limit, counts in plain["gradients"]),
        parameters=plain["parameters"],
    )
