"""Every optimizer in place takes the steps of the plain one, which is computed in float64."""

import numpy as np
import pytest

from nnlib import StateError
from nnlib.arrays import FloatArray
from nnlib.fast.optimizers import OPTIMIZERS
from nnlib.optimizers import OPTIMIZERS as PLAIN

RATE = 0.01


def plain(name: str, p: FloatArray, gradients: FloatArray) -> FloatArray:
    """The parameters after these steps in float64."""
    optimizer = PLAIN[name]()
    for g in gradients:
        p = optimizer(p, g, RATE)
    return p


def drawn(count: int, steps: int = 20, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal(count), rng.standard_normal((steps, count)) * rng.uniform(0.001, 3, count)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_takes_the_steps_of_the_plain_optimizer(name: str) -> None:
    count = 1003
    p, gradients = drawn(count)
    optimizer, moved = OPTIMIZERS[name](count), p.astype(np.float32)

    for g in gradients:
        optimizer.step(moved, g.astype(np.float32), RATE)

    np.testing.assert_allclose(moved, plain(name, p, gradients), atol=3e-6)


@pytest.mark.parametrize("name", ["rmsprop", "adam"])
def test_a_tiny_gradient_is_tamed_as_the_formula_says(name: str) -> None:
    p, gradients = np.zeros(5), np.full((3, 5), 1e-8)
    optimizer, moved = OPTIMIZERS[name](5), np.zeros(5, np.float32)

    for g in gradients:
        optimizer.step(moved, g.astype(np.float32), RATE)

    np.testing.assert_allclose(moved, plain(name, p, gradients), rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_that_is_always_zero_moves_nothing(name: str) -> None:
    optimizer, p = OPTIMIZERS[name](3), np.array([1, -2, 0], np.float32)

    for _ in range(3):
        optimizer.step(p, np.zeros(3, np.float32), RATE)

    np.testing.assert_array_equal(p, [1, -2, 0])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_restored_optimizer_goes_on_exactly(name: str) -> None:
    p, gradients = drawn(50)
    whole, continued = p.astype(np.float32), p.astype(np.float32)
    optimizer, first, second = (OPTIMIZERS[name](50) for _ in range(3))
    for g in gradients:
        optimizer.step(whole, g.astype(np.float32), RATE)

    for g in gradients[:8]:
        first.step(continued, g.astype(np.float32), RATE)
    second.restore(first.state())
    for g in gradients[8:]:
        second.step(continued, g.astype(np.float32), RATE)

    np.testing.assert_array_equal(continued, whole)


def test_a_state_of_another_optimizer_is_refused() -> None:
    with pytest.raises(StateError, match="slots"):
        OPTIMIZERS["adam"](5).restore(OPTIMIZERS["momentum"](5).state())
    with pytest.raises(StateError, match="shape"):
        OPTIMIZERS["adam"](5).restore(OPTIMIZERS["adam"](6).state())
