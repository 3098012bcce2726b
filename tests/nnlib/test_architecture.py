"""The shapes of a network with convolutions, and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, ArchitectureError, Convolution, Network, count_parameters
from nnlib.initializers import draw_layers

TWO = (Convolution(16, 5), Convolution(32, 5))


def architecture(*convolutions: Any, layer_sizes: tuple[int, ...] = (784, 128, 10)) -> Architecture:
    return Architecture(layer_sizes, "relu", "softmax", convolutions)


def test_convolutions_halve_the_image_and_the_dense_layers_read_the_rest() -> None:
    both = architecture(*TWO)

    assert both.maps == ((28, 1), (14, 16), (7, 32))
    assert both.dense_sizes == (7 * 7 * 32, 128, 10)
    assert both.shapes == ((25, 16), (25 * 16, 32), (7 * 7 * 32, 128), (128, 10))
    assert both.parameter_count == 26 * 16 + 401 * 32 + 1569 * 128 + 129 * 10
    assert count_parameters((784, 128, 10), TWO) == both.parameter_count
    assert [str(one) for one in TWO] == ["16x5", "32x5"]


def test_odd_sizes_are_rounded_down() -> None:
    four = architecture(*[Convolution(2, 3)] * 4)

    assert [side for side, _ in four.maps] == [28, 14, 7, 3, 1]
    assert four.dense_sizes[0] == 2


def test_without_convolutions_everything_is_as_it_was() -> None:
    dense = architecture()

    assert dense == Architecture((784, 128, 10), "relu", "softmax")
    assert dense.maps == ()
    assert dense.dense_sizes == dense.layer_sizes
    assert dense.shapes == ((784, 128), (128, 10))
    # The digest of this network before there were convolutions.
    weights = [np.arange(784 * 128).reshape(784, 128) / 1e5, np.arange(1280).reshape(128, 10) / 1e4]
    network = Network(dense, weights, [np.zeros(128), np.ones(10)])
    assert network.sha256() == "971bf43976b9859dff136ef4dcbb5c4d2a0b1bd43be98edc63a22e92c5cffa27"


def test_another_convolution_is_another_network() -> None:
    one, other = (
        architecture(Convolution(4, 3), layer_sizes=(784, 10)),
        architecture(Convolution(1, 5), Convolution(4, 1), layer_sizes=(784, 10)),
    )
    digests = {
        Network.initialised(which, initializer="xavier", rng=np.random.default_rng(0)).sha256()
        for which in (one, other, replace(one, convolutions=()), replace(one, activation="tanh"))
    }

    assert len(digests) == 4


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        ("uniform", 1 / np.sqrt(12)),
        ("xavier", np.sqrt(2 / (25 * 64 + 25 * 128))),
        ("he", np.sqrt(2 / (25 * 64))),
    ],
)
def test_initial_kernels_have_the_variance_for_their_fan_in(initializer: Any, deviation: float) -> None:
    weights, _ = draw_layers(
        architecture(Convolution(64, 5), Convolution(128, 5)), initializer, np.random.default_rng(0)
    )

    assert weights[1].std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("channels", "kernel", "message"),
    [
        (0, 3, "channels .* in 1..256, got 0"),
        (257, 3, "channels .* got 257"),
        (True, 3, "channels .* got True"),
        (8.0, 3, "channels .* got 8.0"),
        (8, 4, "odd int in 1..11, got 4"),
        (8, 13, "odd int in 1..11, got 13"),
        (8, -1, "odd int in 1..11, got -1"),
        (8, "5", "odd int in 1..11, got '5'"),
    ],
)
def test_a_convolution_out_of_range_is_refused(channels: Any, kernel: Any, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        Convolution(channels, kernel)


@pytest.mark.parametrize(
    ("convolutions", "layer_sizes", "message"),
    [
        ([Convolution(2, 3)], (784, 10), "convolutions must be a tuple of Convolution"),
        (((2, 3),), (784, 10), "convolutions must be a tuple of Convolution"),
        ((Convolution(2, 3),), (100, 10), "convolutions need 784 inputs, an image of 28x28, got 100"),
        ((Convolution(2, 3),) * 5, (784, 10), "at most 4 convolutions fit an image of 28x28.* got 5"),
        ((Convolution(2, 3),) * 40, (784, 10), "at most 4 convolutions fit an image of 28x28.* got 40"),
        ((Convolution(256, 11),) * 2, (784, 10), "200,000,000 products per sample, got 1,578,.*fewer channels"),
    ],
)
def test_convolutions_that_do_not_suit_the_network_are_refused(
    convolutions: Any, layer_sizes: Any, message: str
) -> None:
    with pytest.raises(ArchitectureError, match=message):
        Architecture(layer_sizes, "relu", "softmax", convolutions)
