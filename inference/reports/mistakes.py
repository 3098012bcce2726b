"""The test images that a version misread, the surest mistakes first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.held_out import HeldOut, held_out_images, judged_by
from inference.models import ModelVersion
from inference.registry.selectors import temperature_of, test_predictions
from inference.registry.services import load_network
from inference.reports.metrics import probabilities_of
from nnlib.calibration import tempered


@dataclass(frozen=True, slots=True)
class Mistake:
    """One test image.

    Attributes:
        image: Its number in the test set, from 0.
        truth: The digit that it is.
        answer: The digit that was read.
        confidence: Calibrated probability of the answer, in [0, 1].
        pixels: `(784,)` uint8, ink 255.
    """

    image: int
    truth: int
    answer: int
    confidence: float
    pixels: NDArray[np.uint8]


def images_of_evaluation(version: ModelVersion) -> HeldOut | None:
    """The images that a version was evaluated on; None where this machine does not have them."""
    fingerprint = judged_by(version.dataset, version.dataset_fingerprint, version.metrics)
    return held_out_images(fingerprint) if fingerprint else None


def mistakes(
    version: ModelVersion, test_set: HeldOut, *, truth: int | None = None, answer: int | None = None
) -> list[Mistake]:
    """Misread images, the most confident first; only those of this truth and of this answer, if given.

    Raises:
        ArtifactError: the version's model file cannot be read.
    """
    answers = np.frombuffer(test_predictions([version])[version.number], np.uint8)
    if len(answers) != len(test_set.labels):  # evaluated before answers were kept
        return []
    chosen = answers != test_set.labels
    if truth is not None:
        chosen &= test_set.labels == truth
    if answer is not None:
        chosen &= answers == answer
    images = np.flatnonzero(chosen)
    if not len(images):
        return []
    rows = test_set.images[images]
    probabilities = tempered(probabilities_of(load_network(version), rows), temperature_of(version))
    confidence = probabilities[np.arange(len(images)), answers[images]]
    return [
        Mistake(
            int(images[place]),
            int(test_set.labels[images[place]]),
            int(answers[images[place]]),
            float(confidence[place]),
            rows[place],
        )
        for place in np.argsort(-confidence, kind="stable")
    ]
