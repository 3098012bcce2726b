"""What decays becomes 0: with subnormal numbers, many processors compute a hundred times slower."""

from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, EpochFinished, Network, Recipe, Trainer
from nnlib.arrays import Float32Array
from nnlib.fast.optimizers import FLUSH_STEPS, TINY, flush_tiny

SMALLEST_NORMAL = np.finfo(np.float32).tiny
RATES = {"sgd": 0.5, "momentum": 0.1, "nesterov": 0.1, "rmsprop": 0.01, "adam": 0.01, "adamw": 0.01}


def subnormals(values: Float32Array) -> int:
    sizes = np.abs(values)
    return int(np.count_nonzero((sizes > 0) & (sizes < SMALLEST_NORMAL)))


def samples(count: int = 2400) -> tuple[Any, Any]:
    """Two classes by the first two inputs; the other six have a value in the first sample alone."""
    x = np.zeros((count, 8), np.float32)
    labels = np.arange(count) % 2
    x[np.arange(count), labels] = 1
    x[0, 2:] = 1
    return x, labels


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("optimizer", RATES)
def test_no_subnormal_number_is_left_where_gradients_are_zero(optimizer: Any, l2: float) -> None:
    x, labels = samples()
    recipe = Recipe(
        loss="cross_entropy",
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
        batch_size=2,
        epochs=6,
        shuffle=False,
        l2=l2,
    )
    architecture = Architecture((8, 6, 2), "tanh", "softmax")
    network = Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(1))
    trainer = Trainer(network, recipe, x, labels, x[:50], labels[:50])

    found = []
    for event in trainer.events():
        if isinstance(event, EpochFinished):
            state = trainer.state()
            found.append(sum(map(subnormals, [state["parameters"], *state["optimizer"]["slots"].values()])))

    assert found == [0] * 6


def test_only_tiny_values_are_flushed() -> None:
    values = np.array([0, 1e-40, -1e-35, TINY * 0.9, -TINY * 1.1, 1e-20, -3, np.inf, np.nan], np.float32)
    expected = np.array([0, 0, 0, 0, -TINY * 1.1, 1e-20, -3, np.inf, np.nan], np.float32)

    with np.errstate(invalid="ignore"):
        flush_tiny(values, np.empty_like(values))

    np.testing.assert_array_equal(values, expected)


def test_nothing_becomes_subnormal_between_two_flushes() -> None:
    assert TINY * 0.9**FLUSH_STEPS > SMALLEST_NORMAL
