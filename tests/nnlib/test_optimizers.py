"""Every optimizer follows the formulas of its paper, written here anew in float64."""

from typing import Any

import numpy as np
import pytest

from nnlib import StateError
from nnlib.optimizers import OPTIMIZERS

RATE = 0.01


def sgd(p: Any, gradients: Any) -> Any:
    for g in gradients:
        p = p - RATE * g
    return p


def momentum(p: Any, gradients: Any) -> Any:
    v = 0
    for g in gradients:
        v = 0.9 * v + g
        p = p - RATE * v
    return p


def nesterov(p: Any, gradients: Any) -> Any:
    # Sutskever et al., 2013: the gradient is taken at p + 0.9 v, which is where the parameters are kept.
    v = 0
    for g in gradients:
        behind = p - 0.9 * v
        v = 0.9 * v - RATE * g
        p = behind + v + 0.9 * v
    return p


def rmsprop(p: Any, gradients: Any) -> Any:
    s = 0
    for g in gradients:
        s = 0.9 * s + 0.1 * g**2
        p = p - RATE * g / (np.sqrt(s) + 1e-8)
    return p


def adam(p: Any, gradients: Any) -> Any:
    m = s = 0
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        s = 0.999 * s + 0.001 * g**2
        p = p - RATE * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return p


FORMULAS = {"sgd": sgd, "momentum": momentum, "nesterov": nesterov, "rmsprop": rmsprop, "adam": adam, "adamw": adam}


def drawn(count: int, steps: int = 20, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return rng.standard_normal(count), rng.standard_normal((steps, count)) * rng.uniform(0.001, 3, count)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_follows_the_formula(name: Any) -> None:
    count = 1003
    p, gradients = drawn(count)
    optimizer, moved = OPTIMIZERS[name](count), p.astype(np.float32)

    for g in gradients:
        optimizer.step(moved, g.astype(np.float32), RATE)

    np.testing.assert_allclose(moved, FORMULAS[name](p, gradients), atol=3e-6)


@pytest.mark.parametrize("name", ["rmsprop", "adam"])
def test_a_tiny_gradient_is_tamed_as_the_formula_says(name: Any) -> None:
    p, gradients = np.zeros(5), np.full((3, 5), 1e-8)
    optimizer, moved = OPTIMIZERS[name](5), np.zeros(5, np.float32)

    for g in gradients:
        optimizer.step(moved, g.astype(np.float32), RATE)

    np.testing.assert_allclose(moved, FORMULAS[name](p, gradients), rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_that_is_always_zero_moves_nothing(name: Any) -> None:
    optimizer, p = OPTIMIZERS[name](3), np.array([1, -2, 0], np.float32)

    for _ in range(3):
        optimizer.step(p, np.zeros(3, np.float32), RATE)

    np.testing.assert_array_equal(p, [1, -2, 0])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_restored_optimizer_goes_on_exactly(name: Any) -> None:
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
