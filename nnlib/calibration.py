"""Calibration of probabilities: temperature scaling, calibration error, reliability bins (Guo et al., 2017)."""

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
    """Predictions of similar confidence.

    Attributes:
        count: Number of predictions.
        confidence: Mean probability of the predicted classes; None if the bin is empty.
        accuracy: Share of correct predictions; None if the bin is empty.
    """

    count: int
    confidence: float | None
    accuracy: float | None


def tempered(probabilities: FloatArray, temperature: float) -> FloatArray:
    """`(n, classes)` probabilities, flatter for a temperature above 1, sharper below; their order is kept.

    With p = softmax(z), softmax(z / t) is p^(1 / t) divided by its sum: a constant added to all logits has no effect.
    """
    logs = np.log(np.maximum(probabilities, _LEAST)) / temperature
    powers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_temperature(probabilities: FloatArray, labels: LabelArray) -> float:
    """The temperature, in 0.05..20, that maximizes the likelihood of the labels of data not trained on.

    Golden-section search over its logarithm; the likelihood has one maximum.

    Args:
        probabilities: `(n, classes)`, each row with the sum 1.
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
    """The mean distance between confidence and accuracy, in [0, 1].

    Predictions are sorted by confidence into `bins` of equal width, and each bin's distance is weighted by its count:
    the expected calibration error of Naeini et al. (2015).
    """
    confidence, correct, places = _placed(probabilities, labels, bins)
    gaps = np.bincount(places, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def reliability(probabilities: FloatArray, labels: LabelArray, *, bins: int = BINS) -> list[ReliabilityBin]:
    """The bars of a reliability diagram: the `bins` of `calibration_error`, lowest confidence first."""
    confidence, correct, places = _placed(probabilities, labels, bins)
    counts, totals, all_hits = (
        np.bincount(places, weights=weights, minlength=bins).tolist() for weights in (None, confidence, correct)
    )
    return [
        ReliabilityBin(count, total / count, hits / count) if count else ReliabilityBin(0, None, None)
        for count, total, hits in zip(counts, totals, all_hits, strict=True)
    ]


def _placed(
    probabilities: FloatArray, labels: LabelArray, bins: int
) -> tuple[FloatArray, NDArray[np.float64], NDArray[np.intp]]:
    """Per prediction its confidence, whether it is correct (1 or 0), and its bin."""
    confidence = probabilities.max(axis=1)
    correct = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    return confidence, correct, np.minimum((confidence * bins).astype(np.intp), bins - 1)
