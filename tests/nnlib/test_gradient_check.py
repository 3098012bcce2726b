"""Every gradient agrees with the slope of the error."""

from dataclasses import replace

import numpy as np
import pytest

from nnlib import Architecture, Convolution
from nnlib.arrays import FloatArray
from nnlib.gradient_check import gradient_check
from nnlib.losses import LOSSES
from nnlib.vocabulary import ActivationName, LossName


@pytest.mark.parametrize("layer_sizes", [(6, 3), (6, 5, 3), (6, 5, 4, 3)])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_backpropagation_agrees_with_the_numerical_gradient(
    layer_sizes: tuple[int, ...], activation: ActivationName, loss: LossName
) -> None:
    architecture = Architecture(layer_sizes, activation, LOSSES[loss].output)

    differences = gradient_check(architecture, loss, rng=np.random.default_rng(7))

    assert len(differences) == len(layer_sizes) - 1
    assert max(differences) < 1e-6


@pytest.mark.parametrize(
    ("convolutions", "layer_sizes"),
    [
        ((Convolution(2, 3), Convolution(3, 3), Convolution(2, 3)), (784, 5, 3)),
        ((Convolution(1, 1), Convolution(2, 3), Convolution(2, 5), Convolution(3, 1)), (784, 3)),
    ],
    ids=["3x3", "1x1"],
)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_backpropagation_through_convolutions_agrees_with_the_numerical_gradient(
    convolutions: tuple[Convolution, ...], layer_sizes: tuple[int, ...], activation: ActivationName, loss: LossName
) -> None:
    architecture = Architecture(layer_sizes, activation, LOSSES[loss].output, convolutions)

    differences = gradient_check(architecture, loss, rng=np.random.default_rng(7), samples=3)

    assert len(differences) == len(convolutions) + len(layer_sizes) - 1
    assert max(differences) < 1e-6


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = LOSSES["cross_entropy"]

    def wrong(outputs: FloatArray, targets: FloatArray) -> FloatArray:
        return right.backward(outputs, targets) * 1.01

    monkeypatch.setitem(LOSSES, "cross_entropy", replace(right, backward=wrong))

    differences = gradient_check(
        Architecture((6, 5, 3), "tanh", "softmax"), "cross_entropy", rng=np.random.default_rng(7)
    )

    assert min(differences) > 1e-3
