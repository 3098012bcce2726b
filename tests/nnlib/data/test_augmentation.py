"""Distorted digits stay the digits they were."""

from typing import Any

import numpy as np
import pytest

from nnlib.data.augmentation import STRENGTHS, Augmentation, Strength
from nnlib.fast.input_order import InputOrder

NATURAL = InputOrder.natural(784)
STILL = Strength(degrees=0, scale=0, shear=0, shift=0, wobble=0, smoothness=5, thickness=0)


def rings(n: int, seed: int = 0) -> Any:
    """Circles of different sizes, ink up to 1, in the middle 20x20."""
    y, x = np.mgrid[:28, :28] - 13.5
    radius = np.random.default_rng(seed).uniform(4, 8, (n, 1, 1))
    return np.clip(2 - abs(np.hypot(x, y) - radius), 0, 1).astype(np.float32).reshape(n, 784)


def distorted(x: Any, strength: Any, *, seed: int = 0, order: Any = NATURAL) -> Any:
    x = x.copy()
    Augmentation(strength, order).distort(x, rng=np.random.default_rng(seed))
    return x


def with_only(**limits: Any) -> Any:
    return Strength(**{name: limits.get(name, getattr(STILL, name)) for name in STILL.__slots__})


def test_no_distortion_leaves_every_pixel() -> None:
    np.testing.assert_allclose(distorted(rings(5), STILL), rings(5), atol=1e-4)


@pytest.mark.parametrize("name", STRENGTHS)
def test_values_stay_between_0_and_1_and_ink_is_kept(name: Any) -> None:
    before, after = rings(300), distorted(rings(300), STRENGTHS[name])

    assert after.min() >= 0
    assert after.max() <= 1 + 1e-6
    assert after.sum() == pytest.approx(before.sum(), rel=0.1)
    assert (abs(after - before).mean(axis=1) > 0.005).all()


def test_the_same_seed_distorts_alike_whatever_came_before() -> None:
    augmentation = Augmentation(STRENGTHS["strong"], NATURAL)
    augmentation.distort(np.ones((130, 784), np.float32), rng=np.random.default_rng(9))
    x = rings(70)

    augmentation.distort(x, rng=np.random.default_rng(0))

    np.testing.assert_array_equal(x, distorted(rings(70), STRENGTHS["strong"]))
    assert not np.array_equal(x, distorted(rings(70), STRENGTHS["strong"], seed=1))


def test_pixels_come_out_in_the_order_asked_for() -> None:
    order = InputOrder(np.random.default_rng(1).permutation(784), 0)

    np.testing.assert_allclose(
        distorted(rings(3), STRENGTHS["mild"], order=order),
        distorted(rings(3), STRENGTHS["mild"])[:, order.inputs],
        atol=1e-4,
    )


def test_a_shift_moves_the_centre_of_mass_at_most_that_far() -> None:
    after = distorted(rings(300), with_only(shift=2)).reshape(-1, 28, 28)

    y, x = np.mgrid[:28, :28] - 13.5
    mass = after.sum(axis=(1, 2))
    for axis in (x, y):
        centre = (after * axis).sum(axis=(1, 2)) / mass
        assert abs(centre).max() == pytest.approx(2, abs=0.1)


def test_a_rotation_turns_a_line_at_most_that_far() -> None:
    line = np.zeros((28, 28), np.float32)
    line[13:15, 4:24] = 1

    after = distorted(np.repeat(line.reshape(1, 784), 300, axis=0), with_only(degrees=30)).reshape(-1, 28, 28)

    y, x = np.mgrid[:28, :28] - 13.5
    slope = (after * x * y).sum(axis=(1, 2)) / (after * x * x).sum(axis=(1, 2))
    degrees = np.degrees(np.arctan(slope))
    assert abs(degrees).max() == pytest.approx(30, abs=2)
    assert degrees.min() < -25
    assert degrees.max() > 25


def test_the_elastic_move_is_as_large_as_asked_and_smooth() -> None:
    ramp = np.tile(np.arange(28, dtype=np.float32) / 28, (400, 28, 1)).reshape(400, 784)

    moved = (distorted(ramp, with_only(wobble=1.2)) - ramp).reshape(-1, 28, 28)[:, 4:-4, 4:-4] * 28

    assert moved.std() == pytest.approx(1.2, rel=0.15)
    assert np.diff(moved, axis=2).std() < 0.4


def test_strokes_become_thicker_and_thinner() -> None:
    ink = distorted(rings(300), with_only(thickness=0.5)).sum(axis=1) / rings(300).sum(axis=1)

    assert ink.min() < 0.8
    assert ink.max() > 1.2
    assert ink.mean() == pytest.approx(1, abs=0.05)
