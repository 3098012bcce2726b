"""A reliability diagram as numbers for an SVG: how sure to the right, how often right upwards."""

import math
from dataclasses import dataclass
from typing import Final

from inference.reliability import Bin, Reliability, images

# In units of the view box: the square that both axes span, what is left of and above it, and how large a spot is.
SIDE: Final = 240
LEFT: Final = 44
TOP: Final = 12
SMALLEST: Final = 2.5
LARGEST: Final = 8.5


@dataclass(frozen=True, slots=True)
class Spot:
    """A bin's place in the drawing, ready to be written; `top` and `bottom` are the ends of its interval."""

    x: str
    y: str
    radius: str
    top: str
    bottom: str
    title: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What is drawn of a version's reliability."""

    reliability: Reliability

    @property
    def after(self) -> list[Spot]:
        """The bins at the version's temperature; the more answers, the larger."""
        return [self._spot(one) for one in self.reliability.after]

    @property
    def before(self) -> list[Spot]:
        """The bins of the shares as the network gives them."""
        return [self._spot(one) for one in self.reliability.before]

    @property
    def ticks(self) -> list[tuple[str, str, int]]:
        """Per line of the grid its x, its y, and the percentage that it stands for."""
        return [(_x(step / 5), _y(step / 5), 20 * step) for step in range(6)]

    @property
    def label(self) -> str:
        """What the picture shows, for those who do not see it."""
        told = " ".join(self.reliability.sentences)
        return f"How often it is right against how sure it is. {told} On average {self.reliability.gap} apart."

    def _spot(self, one: Bin) -> Spot:
        low, high = one.interval
        share = math.log1p(one.count) / math.log1p(self.reliability.count)
        return Spot(
            x=_x(one.confidence),
            y=_y(one.accuracy),
            radius=f"{SMALLEST + (LARGEST - SMALLEST) * share:.1f}",
            top=_y(high),
            bottom=_y(low),
            title=f"{one.sentence[:1].upper()}{one.sentence[1:]} ({images(one.count)})",
        )


def diagram_of(metrics: dict[str, object]) -> Diagram | None:
    """The diagram of a version with these metrics; None where they were kept without bins."""
    found = Reliability.of(metrics)
    return Diagram(found) if found else None


def _x(share: float) -> str:
    return f"{LEFT + SIDE * share:.1f}"


def _y(share: float) -> str:
    return f"{TOP + SIDE * (1 - share):.1f}"
