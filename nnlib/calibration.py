"""Probabilities that mean what they say: temperature scaling, and how far off they are (Guo et al., 2017)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import FloatArray, LabelArray

BINS = 15

_COLDEST, _HOTTEST = 0.05, 20.0
_GOLDEN = (5**0.5 - 1) / 2
_SEARCH_STEPS = 60
_LEAST = 1e-30


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers that are about equally sure.

    Attributes:
        count: How many.
        confidence: How sure they are, the mean of their probabilities; None where there are none.
        accuracy: Share of them that is right; None where there are none.
    """

    count: int
    confidence: float | None
    accuracy: float | None


def tempered(probabilities: FloatArray, temperature: float) -> FloatArray:
    """`(n, classes)` probabilities, flatter for a temperature above 1 and sharper below; the order stays.

    With p = softmax(z), softmax(z / t) is p^(1 / t), made to sum to 1: a constant added to all logits changes nothing.
    """
    logs = np.log(np.maximum(probabilities, _LEAST)) / temperature
    powers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_temperature(probabilities: FloatArray, labels: LabelArray) -> float:
    """The temperature, in 0.05..20, at which the labels are likeliest, on data that was not learned from.

    Golden-section search over its logarithm; the likelihood has one maximum.

    Args:
        probabilities: `(n, classes)`, each row summing to 1.
        labels: `(n,)` class numbers.
    """
    logs = np.log(np.maximum(np.asarray(probabilities, np.float64), _LEAST))

    def cross_entropy(log_temperature: float) -> float:
        z = logs / np.exp(log_temperature)
        z -= z.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]))

    low, high = np.log(_COLDEST), np.log(_HOTTEST)
    for _ in range(_SEARCH_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if cross_entropy(left) < cross_entropy(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def calibration_error(probabilities: FloatArray, labels: LabelArray, *, bins: int = BINS) -> float:
    """The mean distance between how sure answers are and how often they are right, in [0, 1].

    Answers are put into `bins` of equal width by their probability, and bins count by what is in them: the expected
    calibration error of Naeini et al. (2015).
    """
    sure, right, places = _placed(probabilities, labels, bins)
    gaps = np.bincount(places, weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def reliability(probabilities: FloatArray, labels: LabelArray, *, bins: int = BINS) -> list[ReliabilityBin]:
    """What a reliability diagram draws: the `bins` of `calibration_error`, the least sure first."""
    sure, right, places = _placed(probabilities, labels, bins)
    counts, confidences, hits = (
        np.bincount(places, weights=weights, minlength=bins).tolist() for weights in (None, sure, right)
    )
    return [
        ReliabilityBin(count, confidence / count, hit / count) if count else ReliabilityBin(0, None, None)
        for count, confidence, hit in zip(counts, confidences, hits, strict=True)
    ]


def _placed(
    probabilities: FloatArray, labels: LabelArray, bins: int
) -> tuple[FloatArray, NDArray[np.float64], NDArray[np.intp]]:
    """Per answer how sure it is, whether it is right (1 or 0), and its bin."""
    sure = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    return sure, right, np.minimum((sure * bins).astype(np.intp), bins - 1)
