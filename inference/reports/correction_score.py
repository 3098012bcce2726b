"""The score of a version on the corrections: the share that it predicts correctly."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from cachetools import LRUCache

from datasets.ink.preprocessing import pixels_from_rows
from datasets.samples.selectors import labelled_pixels, state
from inference.errors import ArtifactError
from inference.serving import prediction

MAX_SCORES: Final = 1_000
NEWEST: Final = 1_000
"""So many corrections are looked at, the newest: a page waits for it."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many corrections a version reads right."""

    right: int
    count: int

    @property
    def accuracy(self) -> float:
        """The share in [0, 1]."""
        return self.right / self.count


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
        pixels, labels = labelled_pixels(newest=NEWEST)
        if not len(labels):
            return {}
        x = pixels_from_rows(pixels)
        for number in missing:
            digits = prediction.NETWORKS.get(number).network.probabilities(x).argmax(axis=1)
            known[number] = Score(int((digits == labels).sum()), len(labels))
        with self._lock:
            self._scores.update({(number, now): known[number] for number in missing})
        return known


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
