"""The fast passes compute what the plain ones do."""

from typing import Any

import numpy as np
import pytest

from nnlib import Architecture
from nnlib.backpropagation import backward, forward
from nnlib.fast.workspace import Workspace
from nnlib.losses import LOSSES
from nnlib.parameters import Parameters

SIZES = (12, 9, 7, 4)


def drawn(activation: Any, loss: Any, *, rows: int, idle: int = 0) -> Any:
    rng = np.random.default_rng(3)
    architecture = Architecture(SIZES, activation, LOSSES[loss].output)
    parameters = Parameters(architecture, rng.uniform(-1, 1, architecture.parameter_count).astype(np.float32))
    x = rng.random((rows, SIZES[0]), np.float32)
    x[:, :idle] = 0
    targets = np.eye(SIZES[-1], dtype=np.float32)[rng.integers(0, SIZES[-1], rows)]
    return architecture, parameters, x, targets


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("idle", [0, 5])
@pytest.mark.parametrize("rows", [1, 6])
def test_gradient_and_error_are_those_of_plain_backpropagation(
    activation: Any, loss: Any, idle: int, rows: int
) -> None:
    architecture, parameters, x, targets = drawn(activation, loss, rows=rows, idle=idle)
    workspace = Workspace(architecture, parameters, LOSSES[loss], 6)

    other_x, other_targets = drawn(activation, loss, rows=6)[2:]
    workspace.run(other_x, np.zeros(6, int), other_targets)  # leaves its traces in the buffers
    error, correct = workspace.run(x, np.full(rows, idle), targets)

    values = forward(architecture, parameters.weights, parameters.biases, x)
    dws, dbs = backward(architecture, parameters.weights, values, targets, LOSSES[loss])
    for fast, plain in zip(workspace.gradient.weights + workspace.gradient.biases, dws + dbs, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=1e-6)
    assert error == pytest.approx(LOSSES[loss].error(values[-1], targets), rel=1e-5)
    assert correct == (values[-1].argmax(axis=1) == targets.argmax(axis=1)).sum()


def test_dropped_units_neither_speak_nor_learn() -> None:
    architecture, parameters, x, targets = drawn("tanh", "cross_entropy", rows=6)
    workspace = Workspace(architecture, parameters, LOSSES["cross_entropy"], 6)
    masks = [np.full((6, size), 2, np.float32) for size in SIZES[1:-1]]
    masks[0][:, 2] = 0

    error, _ = workspace.run(x, np.zeros(6, int), targets, masks)

    assert (workspace.gradient.weights[0][:, 2] == 0).all()
    assert workspace.gradient.biases[0][2] == 0
    assert (workspace.gradient.weights[1][2] == 0).all()
    parameters.weights[1][2] = 100
    assert workspace.run(x, np.zeros(6, int), targets, masks)[0] == error


def test_a_dropout_gradient_agrees_with_the_numerical_gradient() -> None:
    architecture, parameters, x, targets = drawn("sigmoid", "cross_entropy", rows=6)
    workspace = Workspace(architecture, parameters, LOSSES["cross_entropy"], 6)
    rng = np.random.default_rng(0)
    masks = [(rng.random((6, size)) < 0.5).astype(np.float32) * 2 for size in SIZES[1:-1]]
    workspace.run(x, np.zeros(6, int), targets, masks)
    gradient = workspace.gradient.flat.copy()

    for i in range(0, len(gradient), 7):
        here = parameters.flat[i]
        parameters.flat[i] = here + 0.01
        above = workspace.run(x, np.zeros(6, int), targets, masks)[0] / 6
        parameters.flat[i] = here - 0.01
        below = workspace.run(x, np.zeros(6, int), targets, masks)[0] / 6
        parameters.flat[i] = here
        assert gradient[i] == pytest.approx((above - below) / 0.02, abs=2e-4)
