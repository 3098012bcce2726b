"""Which corrections a version learned from, itself or through its ancestors: a score on these says little."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from datasets.samples import rehearsal
from datasets.samples.selectors import LabelledSamples
from datasets.stored import CorrectionsTaken
from inference.models import ModelVersion
from inference.registry import lineage, version_references

KEY: Final = "corrections"
"""The entry of `ModelVersion.origin`."""


@dataclass(frozen=True, slots=True)
class Learned:
    """All corrections up to an id, and all that were created before a moment.

    A run takes every correction that there is, so that the newest id says which. Versions from before that was
    recorded have the moment at which their run started, or were published where the run is gone.
    """

    newest_id: int = 0
    until: datetime | None = None

    @classmethod
    def of_origin(cls, origin: dict[str, Any]) -> Self:
        """What a version's record says."""
        noted = origin.get(KEY) or {}
        until = noted.get("until")
        return cls(int(noted.get("newest_id") or 0), None if until is None else datetime.fromisoformat(until))

    @classmethod
    def all_of(cls, parts: Iterable["Learned"]) -> Self:
        """Everything that is in one of them."""
        found = list(parts)
        moments = [one.until for one in found if one.until is not None]
        return cls(max((one.newest_id for one in found), default=0), max(moments, default=None))

    def __bool__(self) -> bool:
        return self.newest_id > 0 or self.until is not None

    def which(self, samples: LabelledSamples) -> NDArray[np.bool_]:
        """`(n,)`: whether it contains each sample, or one of the same pixels."""
        until = datetime.min.replace(tzinfo=UTC) if self.until is None else self.until
        known = [key <= self.newest_id or at < until for key, at in zip(samples.ids, samples.created, strict=True)]
        seen = {row.tobytes() for row, is_known in zip(samples.x, known, strict=True) if is_known}
        return np.array([row.tobytes() in seen for row in samples.x], bool)


def learned_by(version: ModelVersion) -> Learned:
    """What `version` learned from, as far as it is recorded or can be derived."""
    return Learned.all_of(_own(one) for one in (version, *lineage.ancestors(version)))


def origin_of(
    taken: CorrectionsTaken | None, *, started_at: datetime | None, parent: ModelVersion | None
) -> dict[str, Any]:
    """The entry of a new version's `origin`; {} if neither it nor an ancestor learned from corrections.

    Args:
        taken: what its run took; None if it learned from other data.
        started_at: when the run started first.
        parent: the version from whose weights it started.
    """
    own = Learned()
    if taken is not None:
        own = Learned(taken.newest_id or 0, None if taken.newest_id else started_at)
    learned = Learned.all_of([own, Learned() if parent is None else learned_by(parent)])
    if not learned:
        return {}
    noted: dict[str, Any] = {"newest_id": learned.newest_id}
    if learned.until is not None:
        noted["until"] = learned.until.isoformat()
    if taken is not None:
        noted["count"] = taken.count
    return {KEY: noted}


def _own(version: ModelVersion) -> Learned:
    if KEY in version.origin or version.dataset != rehearsal.KEY:
        return Learned.of_origin(version.origin)
    return Learned(until=version_references.started_at(version.number) or version.created_at)
