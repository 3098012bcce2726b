import os
from collections import Counter
from typing import Any

import numpy as np
import pytest

from datasets.ink.rasterization import rasterize
from datasets.pen_strokes import generate
from datasets.pen_strokes.curves import arc, corner, smooth
from datasets.pen_strokes.handwriting_variation import write
from datasets.pen_strokes.styles import STYLES
from nnlib import Architecture, Network, Recipe, Trainer


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def trained_network(x: Any, y: Any, *, epochs: int, augmentation: Any = "none") -> Network:
    architecture = Architecture((784, 128, 10), "relu", "softmax")
    network = Network.initialised(architecture, initializer="he", rng=rng())
    recipe = Recipe(
        loss="cross_entropy",
        optimizer="adam",
        learning_rate=3e-3,
        schedule="one_cycle",
        epochs=epochs,
        augmentation=augmentation,
    )
    trainer = Trainer(network, recipe, x, y, x[:100], y[:100])
    for _ in trainer.events():
        pass
    return trainer.network


def test_the_same_seed_draws_the_same_images() -> None:
    for first, second in zip(generate(seed=3, train=40, test=20), generate(seed=3, train=40, test=20), strict=True):
        np.testing.assert_array_equal(first, second)


def test_another_seed_draws_other_images() -> None:
    x, _, _, _ = generate(seed=3, train=40, test=0)
    x_other, _, _, _ = generate(seed=4, train=40, test=0)
    assert (x != x_other).any(axis=(1, 2)).all()


def test_shapes_and_types_are_those_of_mnist() -> None:
    x_train, y_train, x_test, y_test = generate(seed=1, train=30, test=20)
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == ((30, 28, 28), (30,), (20, 28, 28), (20,))
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert x_train.max() == 255
    assert x_train.min() == 0


def test_every_digit_comes_equally_often_in_random_order() -> None:
    _, y_train, _, y_test = generate(seed=1, train=200, test=100)
    assert set(Counter(y_train.tolist()).values()) == {20}
    assert set(Counter(y_test.tolist()).values()) == {10}
    assert y_train[:10].tolist() != list(range(10))


def test_no_two_images_are_alike() -> None:
    x, _, _, _ = generate(seed=1, train=500, test=0)
    assert len(np.unique(x.reshape(500, -1), axis=0)) == 500


def test_progress_rises_to_one() -> None:
    shares: list[float] = []
    generate(seed=1, train=1000, test=200, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) >= 3
    assert shares[-1] == 1.0


def test_every_image_is_centred_and_in_its_frame() -> None:
    x, _, _, _ = generate(seed=1, train=500, test=0)
    middles = np.arange(28) + 0.5
    mass = x.sum(axis=(1, 2), dtype=float)
    assert np.abs(x.sum(axis=1) @ middles / mass - 14).max() < 0.6
    assert np.abs(x.sum(axis=2) @ middles / mass - 14).max() < 0.6


@pytest.mark.parametrize(
    "style", [style for styles in STYLES.values() for style in styles], ids=lambda style: style.__name__
)
def test_a_style_is_drawn_with_other_proportions_every_time(style: Any) -> None:
    generator = rng()
    inks = [write(style(generator), rng=generator) for _ in range(20)]
    images = np.array([rasterize(ink) for ink in inks])
    assert images.sum(axis=(1, 2)).min() > 25
    assert images.std(axis=0).max() > 0.15


def test_there_are_styles_for_every_digit() -> None:
    assert sorted(STYLES) == list(range(10))
    assert all(len(styles) >= 2 for styles in STYLES.values())
    assert all(weight > 0 for styles in STYLES.values() for weight in styles.values())


def test_a_smooth_line_passes_through_its_controls() -> None:
    controls = [(0.0, 0.0), (0.3, 0.8), (1.0, 0.5), (0.4, 0.1)]
    line = smooth(controls)
    np.testing.assert_allclose(line[::6], controls)


def test_a_corner_stays_sharp() -> None:
    line = smooth([(0.0, 0.0), *corner(1.0, 0.0), (1.0, 1.0)])
    assert line[:, 0].max() == pytest.approx(1.0, abs=0.08)
    assert np.abs(line - (1.0, 0.0)).sum(axis=1).min() == 0.0


def test_an_arc_runs_clockwise_with_growing_angles() -> None:
    down_right = arc((0.0, 0.0), (2.0, 1.0), 0, 90)
    assert down_right[0] == pytest.approx((2.0, 0.0))
    assert down_right[-1] == pytest.approx((0.0, 1.0))
    assert all(y >= 0 for _, y in down_right)


@pytest.mark.slow
def test_a_network_learns_the_digits_from_few_drawings() -> None:
    x_train, y_train, x_test, y_test = generate(seed=1, train=4000, test=500)
    network = trained_network(x_train.reshape(-1, 784), y_train, epochs=8)
    answers = network.probabilities(x_test.reshape(-1, 784).astype(np.float32) / np.float32(255)).argmax(axis=1)
    assert (answers == y_test).mean() > 0.7


@pytest.mark.skipif("DIGITLAB_MNIST" not in os.environ, reason="DIGITLAB_MNIST does not name an mnist.npz")
@pytest.mark.slow
def test_a_network_that_saw_only_drawings_reads_mnist() -> None:
    with np.load(os.environ["DIGITLAB_MNIST"]) as mnist:
        x_test, y_test = mnist["x_test"].reshape(-1, 784).astype(np.float32) / 255, mnist["y_test"]
    x, y, _, _ = generate(seed=1, train=6_000, test=0)
    network = trained_network(x.reshape(-1, 784), y, epochs=8, augmentation="mild")
    assert (network.probabilities(x_test).argmax(axis=1) == y_test).mean() > 0.75
