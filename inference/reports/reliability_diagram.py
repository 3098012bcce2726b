"""A reliability diagram as numbers for an SVG: how sure to the right, how often right upwards."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from inference.reports.reliability import Bin, Reliability

# In units of the view box: the square that both axes span, what is left of and above it, and how large a spot is.
SIDE: Final = 240
LEFT: Final = 44
TOP: Final = 12
SMALLEST: Final = 2.5
LARGEST: Final = 8.5


@dataclass(frozen=True, slots=True)
class Spot:
    """A bin's place in the drawing, ready to be written."""

    x: str
    y: str
    radius: str
    title: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What is drawn of a version's reliability.

    Attributes:
        reliability: What it is made of.
        before: The points of the line through the bins of the shares as the network gives them.
        after: The points of the line through the bins at the version's temperature.
        doubt: A path: the 95 % interval of each of these.
        spots: These bins; the more answers, the larger.
    """

    reliability: Reliability
    before: str
    after: str
    doubt: str
    spots: list[Spot]

    @classmethod
    def of(cls, reliability: Reliability) -> Self:
        """The drawing of what is known of a version."""
        return cls(
            reliability,
            before=_points(reliability.before),
            after=_points(reliability.after),
            doubt="".join(map(_interval, reliability.after)),
            spots=[_spot(one, reliability.count) for one in reliability.after],
        )

    @property
    def ticks(self) -> list[tuple[str, str, int]]:
        """Per line of the grid its x, its y, and the percentage that it stands for."""
        return TICKS

    @property
    def label(self) -> str:
        """What the picture shows, for those who do not see it."""
        told = " ".join(self.reliability.sentences)
        return f"How often it is right against how sure it is. {told} On average {self.reliability.gap} apart."


def diagram_of(metrics: dict[str, Any]) -> Diagram | None:
    """The diagram of a version with these metrics; None where they were kept without bins."""
    found = Reliability.of(metrics)
    return Diagram.of(found) if found else None


def _points(bins: Sequence[Bin]) -> str:
    return " ".join(f"{_x(one.confidence)},{_y(one.accuracy)}" for one in bins)


def _interval(one: Bin) -> str:
    low, high = one.interval
    return f"M{_x(one.confidence)} {_y(high)}V{_y(low)}"


def _spot(one: Bin, total: int) -> Spot:
    share = math.log1p(one.count) / math.log1p(total)
    radius = f"{SMALLEST + (LARGEST - SMALLEST) * share:.1f}"
    return Spot(_x(one.confidence), _y(one.accuracy), radius, one.told)


def _x(share: float) -> str:
    return f"{LEFT + SIDE * share:.1f}"


def _y(share: float) -> str:
    return f"{TOP + SIDE * (1 - share):.1f}"


TICKS: Final = [(_x(step / 5), _y(step / 5), 20 * step) for step in range(6)]
