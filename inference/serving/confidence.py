"""What an answer is worth: how sure a version is, between which digits it wavers, and whether the ink is a digit."""

from collections.abc import Sequence
from typing import Final, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from inference.serving.digit_detector import detector

SURE_FROM: Final = 0.8
CANDIDATE_FROM: Final = 0.1
MAX_CANDIDATES: Final = 3
_LEAST: Final = 1e-30


Verdict = Literal["sure", "unsure", "not_a_digit"]
"""What one version's answer is worth; of a drawing that is no digit, no answer is sure."""


class Sureness(TypedDict):
    """Of one version's answer."""

    # Calibrated, in [0, 1]: of answers given with 0.9, nine in ten are right.
    confidence: float
    verdict: Verdict
    # Likeliest first: the digit alone where the version is sure, else up to three.
    candidates: list[int]
    # What calibrates the probabilities: each to the power of 1 / temperature, divided by their sum.
    temperature: float


class Likeness(TypedDict):
    """Of a drawing, independent of the version."""

    is_digit: bool
    digit_likelihood: float


def how_sure(probabilities: Sequence[float], *, temperature: float) -> Sureness:
    """The confidence behind ten `probabilities`, at the version's temperature."""
    # As `nnlib.calibration.tempered`; for ten numbers NumPy's calls take five times as long.
    exponent = 1 / temperature
    powers = [p**exponent if p > _LEAST else _LEAST**exponent for p in probabilities]
    total, best = sum(powers), max(powers)
    confidence = best / total
    if confidence >= SURE_FROM:
        return Sureness(confidence=confidence, verdict="sure", candidates=[powers.index(best)], temperature=temperature)
    order = sorted(range(len(powers)), key=lambda digit: -powers[digit])
    likely = [digit for digit in order[:MAX_CANDIDATES] if powers[digit] / total >= CANDIDATE_FROM]
    return Sureness(confidence=confidence, verdict="unsure", candidates=likely or order[:1], temperature=temperature)


def looks_like_a_digit(x: NDArray[np.float32]) -> Likeness:
    """Whether what the networks see, `(1, 784)` in [0, 1], is a digit rather than a letter, a sign or a scribble."""
    known = detector()
    likelihood = float(known.likelihoods(x)[0])
    return Likeness(is_digit=likelihood >= known.threshold, digit_likelihood=likelihood)
