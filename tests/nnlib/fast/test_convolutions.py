"""The fast convolutions compute what the plain ones do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, Convolution
from nnlib.activations import ACTIVATIONS
from nnlib.backpropagation import backward, forward
from nnlib.convolution.maximum import maximum
from nnlib.convolution.product import convolve
from nnlib.fast import convolutions
from nnlib.fast.convolutions import convolved
from nnlib.fast.workspace import Workspace
from nnlib.losses import LOSSES
from nnlib.parameters import Parameters

SHAPES = {
    "one": (Convolution(3, 3),),
    "two": (Convolution(4, 5), Convolution(6, 3)),
    "three": (Convolution(5, 3), Convolution(4, 7), Convolution(6, 5)),
    "down to one pixel": (Convolution(3, 1), Convolution(2, 7), Convolution(5, 11), Convolution(2, 3)),
}
BLOCK = 4


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolutions, "_BLOCK", BLOCK)
    monkeypatch.setattr(convolutions, "_TILE_CHANNELS", 4)  # so that few channels are enough for both kinds of products


def drawn(shape: str, *, activation: Any = "tanh", loss: Any = "cross_entropy", hidden: Any = (7,)) -> Any:
    rng = np.random.default_rng(3)
    architecture = Architecture((784, *hidden, 10), activation, LOSSES[loss].output, SHAPES[shape])
    flat = rng.uniform(-0.5, 0.5, architecture.parameter_count).astype(np.float32)
    return architecture, Parameters(architecture, flat)


def images(n: int, seed: int = 1) -> Any:
    """Half of the pixels are blank, in whole rows: there all pixels of a map are equal."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, 28, 28), np.float32)
    x[:, :6] = x[:, 20:] = 0
    return x.reshape(n, 784), np.eye(10, dtype=np.float32)[rng.integers(0, 10, n)]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [1, BLOCK, 2 * BLOCK + 3])
def test_gradient_and_error_are_those_of_plain_backpropagation(
    activation: Any, loss: Any, shape: str, rows: int
) -> None:
    architecture, parameters = drawn(shape, activation=activation, loss=loss)
    workspace = Workspace(architecture, parameters, LOSSES[loss], 12)

    workspace.run(images(12, seed=2)[0], np.zeros(12, int), images(12, seed=2)[1])  # leaves its traces in the buffers
    x, targets = images(rows)
    error, correct = workspace.run(x, np.zeros(rows, int), targets)

    # In float64, so that equal maxima of pixels are as equal here as there.
    weights, biases = (
        [array.astype(np.float64) for array in arrays] for arrays in (parameters.weights, parameters.biases)
    )
    values = forward(architecture, weights, biases, x.astype(np.float64))
    dws, dbs = backward(architecture, weights, values, targets, LOSSES[loss])
    for fast, plain in zip(workspace.gradient.weights + workspace.gradient.biases, dws + dbs, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-3, atol=2e-6)
    assert error == pytest.approx(LOSSES[loss].error(values[-1], targets), rel=1e-5)
    assert correct == (values[-1].argmax(axis=1) == targets.argmax(axis=1)).sum()


def test_of_equal_pixels_the_first_one_gets_the_gradient() -> None:
    architecture, parameters = drawn("one")
    kernel = parameters.weights[0].reshape(3, 3, 3)
    kernel[:] = 0
    kernel[1, 1] = 1  # all pixels of a map are equal, and those at the border have other neighbours
    workspace = Workspace(architecture, parameters, LOSSES["cross_entropy"], 1)
    x, targets = np.full((1, 784), 0.5, np.float32), images(1)[1]

    workspace.run(x, np.zeros(1, int), targets)

    values = forward(architecture, parameters.weights, parameters.biases, x)
    (dw, *_), _ = backward(architecture, parameters.weights, values, targets, LOSSES["cross_entropy"])
    np.testing.assert_allclose(workspace.gradient.weights[0], dw, rtol=1e-4, atol=1e-7)


def test_maps_can_be_read_by_the_output_layer_at_once() -> None:
    architecture, parameters = drawn("two", hidden=())
    workspace = Workspace(architecture, parameters, LOSSES["cross_entropy"], 5)
    x, targets = images(5)

    workspace.run(x, np.zeros(5, int), targets)

    values = forward(architecture, parameters.weights, parameters.biases, x)
    dws, _ = backward(architecture, parameters.weights, values, targets, LOSSES["cross_entropy"])
    for fast, plain in zip(workspace.gradient.weights, dws, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-3, atol=1e-6)


def test_dropout_hides_dense_units_only() -> None:
    architecture, parameters = drawn("one")
    workspace = Workspace(architecture, parameters, LOSSES["cross_entropy"], 6)
    x, targets = images(6)
    masks = [np.full((6, 7), 2, np.float32)]
    masks[0][:, 2] = 0

    workspace.run(x, np.zeros(6, int), targets, masks)

    assert (workspace.gradient.weights[1][:, 2] == 0).all()
    assert (workspace.gradient.weights[2][2] == 0).all()
    assert (workspace.gradient.weights[0] != 0).any()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [0, 1, BLOCK, 2 * BLOCK + 1])
def test_maps_without_a_gradient_are_the_plain_ones(shape: str, rows: int) -> None:
    architecture, parameters = drawn(shape, activation="relu")
    x, _ = images(rows)

    y = x.reshape(rows, 28, 28, 1)
    for w, b in zip(parameters.weights[: len(architecture.convolutions)], parameters.biases, strict=False):
        y = maximum(ACTIVATIONS["relu"](convolve(y, w, b)))

    np.testing.assert_allclose(
        convolved(architecture, parameters, x), y.reshape(rows, architecture.dense_sizes[0]), rtol=1e-4, atol=1e-6
    )


def test_threads_do_not_disturb_each_other() -> None:
    architecture, parameters = drawn("two")
    batches = [images(n, seed=n)[0] for n in range(1, 12)]
    alone = [convolved(architecture, parameters, x) for x in batches]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: convolved(architecture, parameters, x), batches * 4))

    for number, maps in enumerate(together):
        np.testing.assert_array_equal(maps, alone[number % len(batches)])
