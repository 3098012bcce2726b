"""Steps of one sample each, applied in blocks, end where single steps do."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, Convolution, Recipe
from nnlib.fast.batch_descent import BatchDescent
from nnlib.fast.blocked_sgd import ROWS, BlockedSGD
from nnlib.fast.optimizers import OPTIMIZERS
from nnlib.losses import LOSSES
from nnlib.parameters import Parameters
from nnlib.vocabulary import LossName


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sizes", [(20, 4), (20, 9, 4), (20, 9, 7, 4)])
@pytest.mark.parametrize("rows", [1, 2, ROWS])
@pytest.mark.parametrize("dropped", [False, True])
def test_blocked_steps_equal_single_ones(loss: LossName, sizes: tuple[int, ...], rows: int, dropped: bool) -> None:
    rng = np.random.default_rng(3)
    recipe = Recipe(loss=loss, optimizer="sgd", learning_rate=0.1, batch_size=1)
    architecture = Architecture(sizes, "sigmoid", LOSSES[loss].output)
    flat = rng.uniform(-1, 1, architecture.parameter_count).astype(np.float32)
    blocked, single = Parameters(architecture, flat.copy()), Parameters(architecture, flat.copy())
    plain = BatchDescent(architecture, single, OPTIMIZERS["sgd"](len(flat)), recipe)
    x = rng.random((rows, 20), np.float32)
    first = rng.integers(3, 9, rows)
    x[np.arange(20) < first[:, None]] = 0
    targets = np.eye(4, dtype=np.float32)[rng.integers(0, 4, rows)]
    rates = rng.uniform(0.05, 0.5, rows).tolist()
    masks = [(rng.random((rows, size)) < 0.5) * np.float32(2) for size in sizes[1:-1]] if dropped else None

    error, correct = BlockedSGD(architecture, blocked, recipe).learn(x, first, targets, rates, masks)

    plain_error, plain_correct = 0.0, 0
    for t in range(rows):
        row = slice(t, t + 1)
        mask = None if masks is None else [mask[row] for mask in masks]
        e, c = plain.learn(x[row], first[row], targets[row], rates[row], mask)
        plain_error += e
        plain_correct += c
    assert error == pytest.approx(plain_error, rel=1e-4)
    assert correct == plain_correct
    np.testing.assert_allclose(blocked.flat, single.flat, rtol=1e-4, atol=1e-5)
    assert not np.array_equal(blocked.flat, flat)


@pytest.mark.parametrize("change", [{"optimizer": "momentum"}, {"batch_size": 2}, {"l2": 0.1}])
def test_only_plain_descent_by_single_samples_can_be_blocked(change: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 1}

    dense = Architecture((784, 9, 4), "tanh", "sigmoid")

    assert BlockedSGD.suits(dense, Recipe(**fields))
    assert not BlockedSGD.suits(dense, Recipe(**fields | change))
    assert not BlockedSGD.suits(replace(dense, convolutions=(Convolution(2, 3),)), Recipe(**fields))
