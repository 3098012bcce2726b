"""Plain optimizers take the steps of their papers."""

import numpy as np
import pytest

from nnlib.arrays import FloatArray
from nnlib.optimizers import OPTIMIZERS

RATE = 0.01


def test_the_first_steps_of_each_by_hand() -> None:
    def moved(name: str, *gradients: float) -> float:
        optimizer = OPTIMIZERS[name]()
        p: FloatArray = np.array([1.0])
        for g in gradients:
            p = optimizer(p, np.array([g]), 0.1)
        return float(p[0])

    assert moved("sgd", 2, 1) == pytest.approx(1 - 0.1 * 2 - 0.1 * 1)
    assert moved("momentum", 2, 1) == pytest.approx(1 - 0.1 * 2 - 0.1 * (0.9 * 2 + 1))
    assert moved("nesterov", 2) == pytest.approx(1 - 0.1 * (2 + 0.9 * 2))
    assert moved("rmsprop", 2) == pytest.approx(1 - 0.1 * 2 / np.sqrt(0.1 * 4))
    assert moved("adam", 2) == pytest.approx(1 - 0.1)
    assert moved("adam", 2, 2) == pytest.approx(1 - 0.2)
    assert moved("adamw", -3) == pytest.approx(1 + 0.1)


def test_nesterov_is_momentum_with_the_gradient_at_the_position_ahead() -> None:
    # Sutskever et al., 2013: the gradient is taken at p + 0.9 v, which is what the parameters are.
    gradients = np.random.default_rng(0).standard_normal((20, 50))
    optimizer = OPTIMIZERS["nesterov"]()
    p: FloatArray = np.zeros(50)
    behind, v = np.zeros(50), np.zeros(50)

    for g in gradients:
        p = optimizer(p, g, RATE)
        v = 0.9 * v - RATE * g
        behind = behind + v

    np.testing.assert_allclose(p, behind + 0.9 * v, atol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_leaves_parameters_and_gradient_unchanged(name: str) -> None:
    p, g = np.ones((3, 2)), np.full((3, 2), 2.0)

    moved = OPTIMIZERS[name]()(p, g, RATE)

    assert (p == 1).all()
    assert (g == 2).all()
    assert (moved < 1).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_optimizers_share_nothing(name: str) -> None:
    one, other = OPTIMIZERS[name](), OPTIMIZERS[name]()
    one(np.ones(3), np.full(3, 5.0), RATE)

    np.testing.assert_array_equal(other(np.ones(3), np.ones(3), RATE), OPTIMIZERS[name]()(np.ones(3), np.ones(3), RATE))
