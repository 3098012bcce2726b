"""The parts of a logit."""

from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, Convolution, Network, ShapeError, contributions


def network_of(activation: Any, *hidden: int, convolutions: Any = ()) -> Network:
    architecture = Architecture((784, *hidden, 10), activation, "softmax", convolutions)
    network = Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(5))
    for bias in network.biases:
        bias[:] = np.random.default_rng(6).normal(0, 0.3, bias.shape)
    return network


@pytest.mark.parametrize("hidden", [(), (40,), (30, 20, 15)])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_contributions_sum_to_the_logits(activation: str, hidden: tuple[int, ...]) -> None:
    network = network_of(activation, *hidden)
    rng = np.random.default_rng(7)
    x, reference = rng.random((2, 784)).astype(np.float32)
    parts = contributions(network, x, reference)
    np.testing.assert_allclose(parts.logits, network.logits(x[None])[0], rtol=0, atol=1e-5)
    np.testing.assert_allclose(parts.base, network.logits(reference[None])[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "convolutions", [(Convolution(4, 5),), (Convolution(4, 3), Convolution(6, 5), Convolution(3, 3))], ids=len
)
@pytest.mark.parametrize("hidden", [(), (15,)])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_contributions_through_convolutions_sum_to_the_logits(
    activation: str, hidden: tuple[int, ...], convolutions: Any
) -> None:
    network = network_of(activation, *hidden, convolutions=convolutions)
    rng = np.random.default_rng(7)
    x, reference = rng.random((2, 784)).astype(np.float32)
    x[100:300] = reference[100:300] = 0
    parts = contributions(network, x, reference)
    np.testing.assert_allclose(parts.logits, network.logits(x[None])[0], rtol=0, atol=1e-5)
    np.testing.assert_allclose(parts.base, network.logits(reference[None])[0], rtol=0, atol=1e-5)
    assert parts.shares.shape == (10, 784)
    assert not parts.shares[:, 100:300].any()


def test_an_input_that_is_as_in_the_reference_contributes_nothing() -> None:
    rng = np.random.default_rng(8)
    x, reference = rng.random((2, 784))
    x[100:200] = reference[100:200]
    shares = contributions(network_of("tanh", 20), x, reference).shares
    assert not shares[:, 100:200].any()
    assert shares[:, :100].all()


def test_without_biases_relu_and_a_blank_reference_give_gradient_times_input() -> None:
    network = network_of("relu", 25, 12)
    for bias in network.biases:
        bias[:] = 0
    x = np.random.default_rng(9).random(784)
    shares = contributions(network, x, np.zeros(784)).shares
    gradient = network.weights[0].astype(np.float64)
    values = x
    for w, after in zip(network.weights[:-1], network.weights[1:], strict=True):
        values = np.maximum(values @ w, 0)
        gradient = gradient * (values > 0) @ after
    np.testing.assert_allclose(shares, (x[:, None] * gradient).T, rtol=0, atol=1e-9)


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected x and reference of shape \(784,\)"):
        contributions(network_of("relu", 8), np.zeros(783), np.zeros(784))
