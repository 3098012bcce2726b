"""A run that starts again from its seed: what it had learned is removed."""

from typing import Any, Final

from training.models import Epoch, SnapshotRow

# The columns of a run that has learned nothing.
NOTHING_LEARNED: Final[dict[str, Any]] = {
    "checkpoint": "",
    "previous_checkpoint": "",
    "last_epoch": 0,
    "latest": None,
    "curve": [],
    "train_seconds": 0.0,
}


def remove_epochs(run_id: int) -> int:
    """Remove the epochs and snapshots of a run whose row the caller has locked; how many epochs there were."""
    epochs, _ = Epoch.objects.filter(run_id=run_id).delete()
    SnapshotRow.objects.filter(run_id=run_id).delete()
    return epochs
