"""Probabilities that mean what they say: temperature scaling, and how far off they are (Guo et al., 2017)."""

import numpy as np

from nnlib.arrays import FloatArray, LabelArray

_COLDEST, _HOTTEST = 0.05, 20.0
_GOLDEN = (5**0.5 - 1) / 2
_SEARCH_STEPS = 60
_LEAST = 1e-30


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


def calibration_error(probabilities: FloatArray, labels: LabelArray, *, bins: int = 15) -> float:
    """The mean distance between how sure answers are and how often they are right, in [0, 1].

    Answers are put into `bins` of equal width by their probability, and bins count by what is in them: the expected
    calibration error of Naeini et al. (2015).
    """
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((sure * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(places, weights=right.astype(np.float64) - sure, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))
