"""Two versions on the same test images: where they agree, which images flipped, and what that proves."""

from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from inference.reports.statistics import SIGNIFICANT, mcnemar_p, odds_words

Digits = NDArray[np.uint8]
Flip = Literal["flipped", "lost", "gained", "misread"]
FLIPS: Final[dict[Flip, str]] = {
    "flipped": "All that flipped",
    "lost": "Right, then wrong",
    "gained": "Wrong, then right",
    "misread": "Wrong both times, otherwise",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """What two versions answered to the same `(n,)` images, and the truth."""

    truth: Digits
    first: Digits
    second: Digits

    @classmethod
    def of(cls, truth: Digits, first: bytes, second: bytes) -> Self | None:
        """The pair; None where one of them did not answer every image."""
        answers = (np.frombuffer(first, np.uint8), np.frombuffer(second, np.uint8))
        if any(len(digits) != len(truth) for digits in answers) or len(truth) == 0:
            return None
        return cls(truth, *answers)

    def indices(self, kind: Flip) -> NDArray[np.intp]:
        """The numbers of the test images of that kind, in order."""
        first, second = self.first == self.truth, self.second == self.truth
        chosen = {
            "flipped": first != second,
            "lost": first & ~second,
            "gained": ~first & second,
            "misread": ~first & ~second & (self.first != self.second),
        }[kind]
        return np.flatnonzero(chosen)

    @property
    def counts(self) -> dict[Flip, int]:
        """How many images there are of each kind."""
        return {kind: len(self.indices(kind)) for kind in FLIPS}

    @property
    def agreement(self) -> float:
        """Share of the images, in [0, 1], to which both give the same answer, right or wrong."""
        return float(np.mean(self.first == self.second))

    @property
    def p_value(self) -> float:
        """Exact McNemar test: how likely chance alone makes one of them win as clearly."""
        return mcnemar_p(len(self.indices("lost")), len(self.indices("gained")))

    def sentence(self, first: str, second: str) -> str:
        """What the flips prove, in words."""
        lost, gained, p = len(self.indices("lost")), len(self.indices("gained")), self.p_value
        if lost + gained == 0:
            return f"{first} and {second} read the same images right."
        facts = f"{second} reads {gained:,} that {first} does not, {first} {lost:,} that {second} does not"
        if p >= SIGNIFICANT:
            return f"There is no telling which is better: {facts}; chance alone would do as much {odds_words(p)}."
        return f"{second if gained > lost else first} is better: {facts}. Chance alone would do this {odds_words(p)}."
