"""Reads of the snapshots of a run that is not done, and how many of them are kept."""

from typing import Final

from inference.registry import snapshots
from inference.registry.snapshots import Snapshot
from training.models import SnapshotRow

# All parameters of all snapshots of a run; what would leave fewer than the least is kept without parameters.
MAX_BYTES: Final = 12 * 1024 * 1024
LEAST_WITH_PARAMETERS: Final = 4


def epochs_of(run_id: int) -> list[int]:
    """The epochs of which a run has snapshots, in order."""
    return list(SnapshotRow.objects.filter(run_id=run_id).order_by("epoch").values_list("epoch", flat=True))


def load(run_id: int, epoch: int) -> Snapshot:
    """The snapshot of one epoch of a run.

    Raises:
        SnapshotRow.DoesNotExist: there is none.
    """
    (snapshot,) = snapshots.unpack(bytes(SnapshotRow.objects.get(run_id=run_id, epoch=epoch).data))
    return snapshot


def load_all(run_id: int) -> list[Snapshot]:
    """Every snapshot of a run, in order."""
    rows = SnapshotRow.objects.filter(run_id=run_id).order_by("epoch").values_list("data", flat=True)
    return [snapshot for data in rows for snapshot in snapshots.unpack(bytes(data))]


def most_with_parameters(count: int) -> int:
    """How many snapshots of so many parameters may be kept."""
    return MAX_BYTES // (2 * count)


def can_have_parameters(count: int) -> bool:
    """Whether the snapshots of a network of so many parameters hold them."""
    return most_with_parameters(count) >= LEAST_WITH_PARAMETERS
