"""Test images that networks are looked into with. This package has none: a setting names who supplies them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from nnlib.samples import pixels

MOST_IMAGES: Final = 2000


@dataclass(frozen=True, slots=True)
class Probe:
    """Some test images `(n, 784)` uint8, 0 to 255, ink 255; their labels `(n,)`; and where they are from, in words."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    title: str

    @property
    def pixels(self) -> NDArray[np.float32]:
        """`(n, 784)` in [0, 1], as networks read them."""
        return pixels(self.images)

    @property
    def average(self) -> NDArray[np.float32]:
        """`(784,)` in [0, 1]: the average image."""
        average: NDArray[np.float32] = self.pixels.mean(axis=0, dtype=np.float32)
        return average


def probe_for(dataset: str = "") -> Probe:
    """At most `MOST_IMAGES` test images of `dataset`, or of another one where that is not at hand.

    `settings.PROBE_IMAGES` names the function that is asked; it must answer within a second or two.
    """
    probe: Probe = import_string(settings.PROBE_IMAGES)(dataset)
    return probe
