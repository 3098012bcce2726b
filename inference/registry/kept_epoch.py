"""Which epoch's network a run keeps: the last one's, or that of the lowest validation error."""

from collections.abc import Mapping, Sequence
from typing import Any


def kept_epoch(config: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> int | None:
    """The epoch with the lowest validation error, where the configuration keeps it; None where the last one is kept."""
    judged = [epoch for epoch in history if epoch.get("validation_error") is not None]
    if config.get("keep") != "best" or not judged:
        return None
    return int(min(judged, key=lambda epoch: float(epoch["validation_error"]))["epoch"])


def up_to_kept(config: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The epochs that made the network which is kept."""
    kept = kept_epoch(config, history)
    return history if kept is None else [epoch for epoch in history if epoch["epoch"] <= kept]
