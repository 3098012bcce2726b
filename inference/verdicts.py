"""What an answer is worth: how sure a version is, between which digits it wavers, and whether the ink is a digit."""

from typing import Final, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from inference.digit_detector import detector
from nnlib.calibration import tempered

SURE_FROM: Final = 0.8
CANDIDATE_FROM: Final = 0.1
MAX_CANDIDATES: Final = 3


class Sureness(TypedDict):
    """Of one version's answer."""

    # Calibrated, in [0, 1]: of answers given with 0.9, nine in ten are right.
    confidence: float
    verdict: Literal["sure", "unsure"]
    # Likeliest first: the digit alone where the version is sure, else up to three.
    candidates: list[int]


class Likeness(TypedDict):
    """Of a drawing, whoever reads it."""

    is_digit: bool
    digit_likelihood: float


def how_sure(probabilities: NDArray[np.float32], *, temperature: float) -> Sureness:
    """The confidence behind `probabilities` `(10,)`, at the version's temperature."""
    calibrated = tempered(probabilities, temperature)
    order = np.argsort(-calibrated, kind="stable")
    confidence = float(calibrated[order[0]])
    if confidence >= SURE_FROM:
        return Sureness(confidence=confidence, verdict="sure", candidates=[int(order[0])])
    likely = [int(digit) for digit in order[:MAX_CANDIDATES] if calibrated[digit] >= CANDIDATE_FROM]
    return Sureness(confidence=confidence, verdict="unsure", candidates=likely or [int(order[0])])


def looks_like_a_digit(x: NDArray[np.float32]) -> Likeness:
    """Whether what the networks see, `(1, 784)` in [0, 1], is a digit rather than a letter, a sign or a scribble."""
    known = detector()
    likelihood = float(known.likelihoods(x)[0])
    return Likeness(is_digit=likelihood >= known.threshold, digit_likelihood=likelihood)
