"""Temperature scaling: probabilities that mean what they say."""

from typing import Any

import numpy as np
import pytest

from nnlib.calibration import calibration_error, fit_temperature, reliability, tempered


def softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.fixture
def logits() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 2, (20_000, 10))


@pytest.fixture
def labels(logits: np.ndarray) -> np.ndarray:
    """Drawn from softmax(logits), so that these probabilities are honest."""
    cumulated = softmax(logits).cumsum(axis=1)
    return (np.random.default_rng(4).random((len(logits), 1)) > cumulated).sum(axis=1)


def test_tempered_probabilities_are_the_softmax_of_divided_logits(logits: np.ndarray) -> None:
    np.testing.assert_allclose(tempered(softmax(logits), 2.5), softmax(logits / 2.5), rtol=1e-9)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_of_exaggerated_logits_is_found(
    logits: np.ndarray, labels: np.ndarray, temperature: float
) -> None:
    assert fit_temperature(softmax(logits * temperature), labels) == pytest.approx(temperature, rel=0.03)


def test_a_probability_of_0_is_bearable() -> None:
    p = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert np.isfinite(tempered(p, 2.0)).all()
    assert np.isfinite(fit_temperature(p, np.array([0, 0])))


def test_honest_probabilities_have_little_calibration_error(logits: np.ndarray, labels: np.ndarray) -> None:
    honest, boastful = softmax(logits), softmax(logits * 3)
    assert calibration_error(honest, labels) < 0.015
    assert calibration_error(boastful, labels) > 0.1


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    p = np.array([[0.8, 0.2]] * 10)
    assert calibration_error(p, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.3)


def test_the_bins_of_a_reliability_diagram_hold_every_answer_once(logits: np.ndarray, labels: np.ndarray) -> None:
    p = softmax(logits)
    bins = reliability(p, labels, bins=10)
    assert sum(one.count for one in bins) == len(labels)
    sure = p.max(axis=1)
    ninth = (sure >= 0.8) & (sure < 0.9)
    assert bins[8].count == ninth.sum()
    assert bins[8].confidence == pytest.approx(sure[ninth].mean())
    assert bins[8].accuracy == pytest.approx((p.argmax(axis=1) == labels)[ninth].mean())


def test_calibration_error_is_the_mean_gap_of_the_bins(logits: np.ndarray, labels: np.ndarray) -> None:
    boastful = softmax(logits * 3)
    bins: list[Any] = [one for one in reliability(boastful, labels) if one.count]
    gap = sum(one.count * abs(one.accuracy - one.confidence) for one in bins) / len(labels)
    assert gap == pytest.approx(calibration_error(boastful, labels))


def test_a_bin_without_answers_says_nothing() -> None:
    empty, *_, full = reliability(np.array([[1.0, 0.0]]), np.array([1]))
    assert (empty.count, empty.confidence, empty.accuracy) == (0, None, None)
    assert (full.count, full.confidence, full.accuracy) == (1, 1.0, 0.0)
