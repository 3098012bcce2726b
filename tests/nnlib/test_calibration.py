"""Temperature scaling: probabilities that mean what they say."""

import numpy as np
import pytest

from nnlib.calibration import calibration_error, fit_temperature, tempered


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
