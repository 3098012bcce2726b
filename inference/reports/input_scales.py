"""How well a network reads the same images at other scales of its inputs, judged on training images only.

A network that was trained on pixels of −1…1 or 0…255 answers poorly to pixels of 0…1, and nothing in its file says so.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from datasets.training_sample import TrainingSample
from inference.labels import INPUT_SCALE_TITLES
from inference.model_files.input_scale import AS_IT_IS, INPUT_SCALES, InputScale, scaled_pixels
from inference.reports.statistics import mcnemar_p
from nnlib import Network
from nnlib.data.samples import pixels
from weblib.labels import choice_title

# A scale is offered where chance explains its better answers less than once in a thousand times, and where with it the
# network reads most images: one of random weights is better at some scale than at another, too.
_MOST_P: Final = 0.001
_LEAST_ACCURACY: Final = 0.5


@dataclass(frozen=True, slots=True)
class ScaleOffer:
    """A scale of the inputs with which a version reads more, for its page; both accuracies are shares in [0, 1]."""

    scale: str
    title: str
    images: str
    count: int
    as_it_is: float
    scaled: float


def judged_scales(network: Network, sample: TrainingSample) -> dict[str, Any]:
    """The accuracy at each scale of the inputs, and the scale to offer, as a version's metrics keep them.

    `accuracy` has a share in [0, 1] per scale, `offered` is None where the network reads best as it is.
    """
    x = pixels(sample.images)
    right = {scale: _answers(network, x, scale) == sample.labels for scale in INPUT_SCALES}
    best = max(INPUT_SCALES, key=lambda scale: int(right[scale].sum()))  # of equal ones the first: as it is
    gained, lost = (int(flips.sum()) for flips in (right[best] & ~right[AS_IT_IS], right[AS_IT_IS] & ~right[best]))
    is_offered = float(right[best].mean()) >= _LEAST_ACCURACY and mcnemar_p(lost, gained) < _MOST_P
    return {
        "images": sample.key,
        "count": len(sample.labels),
        "accuracy": {scale: float(right[scale].mean()) for scale in INPUT_SCALES},
        "offered": best if is_offered else None,
    }


def scale_offer(metrics: dict[str, Any]) -> ScaleOffer | None:
    """What the page of a version offers; None where its inputs are as they should be, or were never judged."""
    judged = metrics.get("input_scale") or {}
    scale = judged.get("offered")
    if scale is None:
        return None
    accuracy = judged["accuracy"]
    images = choice_title(judged["images"])
    return ScaleOffer(scale, INPUT_SCALE_TITLES[scale], images, judged["count"], accuracy[AS_IT_IS], accuracy[scale])


def _answers(network: Network, x: NDArray[np.float32], scale: InputScale) -> NDArray[np.intp]:
    return network.logits(scaled_pixels(x, scale)).argmax(axis=1)
