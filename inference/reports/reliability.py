"""How sure a version is, and how often it is right: the bins of a reliability diagram, and what they say in words.

DeGroot and Fienberg: The comparison and evaluation of forecasters (1983); Guo et al.: On calibration of modern neural
networks (2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from inference.reports.statistics import wilson_interval

# A temperature this near to 1 changes no answer that anybody would notice.
PLAIN_TEMPERATURE: Final = 0.03
# The fewest answers of which a sentence gives the share.
WORTH_TELLING: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers, at least one, that are about equally sure; every number but `count` is a share in [0, 1]."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float

    @property
    def range(self) -> str:
        """How sure its answers are, in words: "87 to 93 %"."""
        return f"{100 * self.low:.0f} to {100 * self.high:.0f} %"

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share that is right: a few answers prove little."""
        return wilson_interval(round(self.accuracy * self.count), self.count)

    @property
    def sentence(self) -> str:
        """What its numbers mean, in words of frequencies: "when it says 90 %, it is right 93 times in 100"."""
        said, of = (f"{100 * self.confidence:.0f}", 100)
        if self.count >= 1000 and (self.confidence > 0.98 or self.accuracy > 0.98):  # "99 %" would hide the difference
            said, of = (f"{100 * self.confidence:.1f}", 1000)
        return f"when it says {said} %, it is right {round(of * self.accuracy):,} times in {of:,}"

    @property
    def told(self) -> str:
        """That sentence as one of its own, without a full stop, and of how many images it speaks."""
        of = "1 image" if self.count == 1 else f"{self.count:,} images"
        return f"{self.sentence[:1].upper()}{self.sentence[1:]} ({of})"


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins of a version's answers to test images, without and with its temperature; none is empty.

    `fitted_on` is `validation` or `test`, for half of the test images, as it always was in older releases.
    """

    temperature: float
    error_before: float
    error_after: float
    before: tuple[Bin, ...]
    after: tuple[Bin, ...]
    fitted_on: str

    @classmethod
    def of(cls, metrics: dict[str, Any]) -> Self | None:
        """The reliability in a version's metrics; None where they have no bins."""
        calibration = metrics.get("calibration") or {}
        bins = calibration.get("bins")
        if not bins:
            return None
        return cls(
            calibration["temperature"],
            calibration["error_before"],
            calibration["error_after"],
            _bins(bins["before"]),
            _bins(bins["after"]),
            calibration.get("fitted_on", "test"),
        )

    @property
    def count(self) -> int:
        """How many answers were judged."""
        return sum(one.count for one in self.after)

    @property
    def gap(self) -> str:
        """The expected calibration error in words: the distance between confidence and accuracy."""
        points = 100 * self.error_after
        return f"{points:.1f} percentage points" if points >= 0.095 else "less than 0.1 percentage points"

    @property
    def sentences(self) -> list[str]:
        """What the fullest bin says, and the fullest of the less sure."""
        fullest = sorted(self.after, key=lambda one: one.count, reverse=True)
        told = fullest[:1] + [one for one in fullest[1:2] if one.count >= WORTH_TELLING]
        return [f"{one.told}." for one in told]

    @property
    def temper(self) -> str:
        """What its temperature does to the shares that the network gives."""
        if abs(self.temperature - 1) < PLAIN_TEMPERATURE:
            return "The network’s own shares are left nearly as they are"
        if self.temperature < 1:
            return "The network’s own shares are too modest and are made a little surer"
        return "The network’s own shares are too sure and are toned down"


def _bins(stored: Sequence[dict[str, Any]]) -> tuple[Bin, ...]:
    """Those that are not empty; stored are all, of equal width over [0, 1]."""
    width = 1 / len(stored)
    return tuple(Bin(index * width, (index + 1) * width, **one) for index, one in enumerate(stored) if one["count"])
