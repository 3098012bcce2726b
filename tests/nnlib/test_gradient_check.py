"""Every gradient agrees with the slope of the error."""

from dataclasses import replace

import numpy as np
import pytest

from nnlib import Architecture
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


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = LOSSES["cross_entropy"]

    def wrong(outputs: FloatArray, targets: FloatArray) -> FloatArray:
        return right.backward(outputs, targets) * 1.01

    monkeypatch.setitem(LOSSES, "cross_entropy", replace(right, backward=wrong))

    differences = gradient_check(
        Architecture((6, 5, 3), "tanh", "softmax"), "cross_entropy", rng=np.random.default_rng(7)
    )

    assert min(differences) > 1e-3
