"""Errors and accuracy on samples that are not learned from."""

from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, DataError, Network, RecipeError, ShapeError, evaluate


def network(output: Any) -> Network:
    """Two inputs, two classes: the logits are the inputs times 4."""
    return Network(Architecture((2, 2), "relu", output), [4 * np.eye(2)], [np.zeros(2)])


X = np.array([[1, 0], [0, 1], [0.5, 0.25]], np.float32)


def test_squared_error_is_summed_over_outputs_and_averaged_over_samples() -> None:
    a = 1 / (1 + np.exp(-4 * X.astype(np.float64)))
    t = np.eye(2)[[0, 1, 1]]

    result = evaluate(network("sigmoid"), X, np.array([0, 1, 1]), loss="squared_error")

    assert result.error == pytest.approx(((a - t) ** 2).sum() / 3, rel=1e-6)
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.predictions.tolist() == [0, 1, 0]
    assert result.predictions.dtype == np.uint8


def test_cross_entropy_is_the_mean_surprise() -> None:
    z = 4 * X.astype(np.float64)
    surprise = np.log(np.exp(z).sum(axis=1)) - z[np.arange(3), [0, 1, 1]]

    result = evaluate(network("softmax"), X, np.array([0, 1, 1]), loss="cross_entropy")

    assert result.error == pytest.approx(surprise.mean(), rel=1e-6)


def test_being_certain_and_wrong_is_bad_but_finite() -> None:
    sure = Network(Architecture((2, 2), "relu", "softmax"), [1000 * np.eye(2)], [np.zeros(2)])

    assert 50 < evaluate(sure, X[:1], np.array([1]), loss="cross_entropy").error < 1000


def test_bytes_are_divided_by_255() -> None:
    x = np.array([[255, 0], [51, 102]], np.uint8)

    as_bytes = evaluate(network("softmax"), x, np.array([0, 1]), loss="cross_entropy")
    shares: Any = x / np.float32(255)
    as_shares = evaluate(network("softmax"), shares, np.array([0, 1]), loss="cross_entropy")

    assert as_bytes.error == as_shares.error


def test_many_rows_are_counted_once() -> None:
    x = np.random.default_rng(0).random((2345, 2), np.float32)
    y = x.argmax(axis=1)

    result = evaluate(network("softmax"), x, y, loss="cross_entropy")

    assert result.accuracy == 1
    assert len(result.predictions) == 2345


@pytest.mark.parametrize(("output", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "squared_error")])
def test_the_probabilities_of_an_evaluation_are_the_networks_own(output: Any, loss: Any) -> None:
    x = np.random.default_rng(0).random((1234, 2), np.float32)

    result = evaluate(network(output), x, x.argmax(axis=1), loss=loss)

    assert np.array_equal(result.probabilities[:1000], network(output).probabilities(x[:1000]))
    assert np.array_equal(result.probabilities[1000:], network(output).probabilities(x[1000:]))


def test_a_loss_that_does_not_suit_the_outputs_is_refused() -> None:
    with pytest.raises(RecipeError, match="cross_entropy needs softmax outputs, got a network with sigmoid"):
        evaluate(network("sigmoid"), X, np.array([0, 1, 1]), loss="cross_entropy")


@pytest.mark.parametrize(
    ("x", "y", "error"),
    [
        (np.zeros((2, 3), np.float32), [0, 1], ShapeError),
        (np.zeros((0, 2), np.float32), [], ShapeError),
        (np.zeros((2, 2), np.float32), [0], ShapeError),
        (np.zeros((2, 2), np.float64), [0, 1], DataError),
        (np.zeros((2, 2), np.float32), [0.0, 1.0], DataError),
        (np.zeros((2, 2), np.float32), [0, 2], DataError),
        (np.zeros((2, 2), np.float32), [-1, 0], DataError),
    ],
)
def test_data_that_do_not_fit_are_refused(x: Any, y: Any, error: Any) -> None:
    with pytest.raises(error, match="test"):
        evaluate(network("softmax"), x, np.array(y), loss="cross_entropy")
