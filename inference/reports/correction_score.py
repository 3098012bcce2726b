"""The score of a version on the corrections: the share that it predicts correctly of those it did not learn from."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from datasets.ink.preprocessing import pixels_from_rows
from datasets.samples.selectors import labelled_samples, state
from inference.errors import ArtifactError
from inference.registry.learned_corrections import learned_by
from inference.registry.selectors import get_versions
from inference.serving import prediction

MAX_SCORES: Final = 1_000
NEWEST: Final = 1_000
"""So many corrections are looked at, the newest: a page waits for it."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many corrections a version reads right, of those that it did not learn from and of those that it did."""

    right: int
    count: int
    learned_right: int = 0
    learned_count: int = 0

    @property
    def accuracy(self) -> float | None:
        """The share in [0, 1] of those that it did not learn from; None where there are none."""
        return self.right / self.count if self.count else None

    @property
    def learned_accuracy(self) -> float | None:
        """The share in [0, 1] of those that it learned from; None where there are none."""
        return self.learned_right / self.learned_count if self.learned_count else None


class CorrectionScores:
    """Scores of versions on the corrections as they are now, each computed once per process; safe in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scores: LRUCache[tuple[int, tuple[Any, ...]], Score] = LRUCache(MAX_SCORES)

    def scores(self, numbers: list[int]) -> dict[int, Score]:
        """The scores of the versions of these numbers; {} where there are no corrections.

        Raises:
            VersionNotFoundError: one of them does not exist.
            ArtifactError: the model file of one cannot be used.
        """
        now = state()
        with self._lock:
            known = {number: self._scores[number, now] for number in numbers if (number, now) in self._scores}
        missing = [number for number in numbers if number not in known]
        if not missing:
            return known
        samples = labelled_samples(newest=NEWEST)
        if not samples.ids:
            return {}
        x = pixels_from_rows(samples.x)
        for version in get_versions(missing):
            digits = prediction.NETWORKS.get(version.number).network.probabilities(x).argmax(axis=1)
            is_learned = learned_by(version).which(samples)
            known[version.number] = _score(digits == samples.y, is_learned)
        with self._lock:
            self._scores.update({(number, now): known[number] for number in missing})
        return known


def _score(is_right: NDArray[np.bool_], is_learned: NDArray[np.bool_]) -> Score:
    return Score(
        right=int((is_right & ~is_learned).sum()),
        count=int((~is_learned).sum()),
        learned_right=int((is_right & is_learned).sum()),
        learned_count=int(is_learned.sum()),
    )


CORRECTION_SCORES: Final = CorrectionScores()


def scores_for_page(numbers: list[int]) -> dict[int, Score]:
    """The scores of versions; those whose model file cannot be used are left out."""
    with suppress(ArtifactError):
        return CORRECTION_SCORES.scores(numbers)
    found: dict[int, Score] = {}
    for number in numbers:  # one of them is in the way of the others
        with suppress(ArtifactError):
            found |= CORRECTION_SCORES.scores([number])
    return found
