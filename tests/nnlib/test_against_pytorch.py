"""Training agrees with PyTorch step by step; skipped where PyTorch is not installed."""

import itertools
from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, Convolution, Network, Recipe, Trainer

torch = pytest.importorskip("torch")


def optimizer(name: Any, parameters: Any) -> Any:
    return {
        "sgd": lambda: torch.optim.SGD(parameters, 0.1),
        "momentum": lambda: torch.optim.SGD(parameters, 0.01, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(parameters, 0.01, momentum=0.9, nesterov=True),
        "rmsprop": lambda: torch.optim.RMSprop(parameters, 0.001, alpha=0.9),
        "adam": lambda: torch.optim.Adam(parameters, 0.001),
        "adamw": lambda: torch.optim.AdamW(parameters, 0.001, weight_decay=0),
    }[name]()


def descend(model: Any, pixels: Any, y: Any, *, name: Any, loss: Any) -> None:
    """Five epochs of ten steps, in the given order."""
    rows = len(pixels) // 10
    steps, labels = optimizer(name, model.parameters()), torch.from_numpy(y.astype(np.int64))
    for _, start in itertools.product(range(5), range(0, len(pixels), rows)):
        z, chosen = model(pixels[start : start + rows]), labels[start : start + rows]
        if loss == "cross_entropy":
            objective = torch.nn.functional.cross_entropy(z, chosen)
        else:
            objective = ((torch.sigmoid(z) - torch.eye(10)[chosen]) ** 2).sum(dim=1).mean() / 2
        steps.zero_grad()
        objective.backward()
        steps.step()


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_fifty_steps_from_the_same_weights_end_within_a_ten_thousandth(digits: Any, name: Any, loss: Any) -> None:
    x, y, x_test, y_test = digits
    output: Any = "softmax" if loss == "cross_entropy" else "sigmoid"
    network = Network.initialised(
        Architecture((784, 30, 10), "tanh", output), initializer="xavier", rng=np.random.default_rng(0)
    )
    rate = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01}.get(name, 0.001)
    recipe = Recipe(loss=loss, optimizer=name, learning_rate=rate, batch_size=40, epochs=5, shuffle=False, l2=0.0)
    trainer = Trainer(network, recipe, x, y, x_test, y_test)

    model = torch.nn.Sequential(torch.nn.Linear(784, 30), torch.nn.Tanh(), torch.nn.Linear(30, 10))
    with torch.no_grad():
        for layer, w, b in zip((model[0], model[2]), network.weights, network.biases, strict=True):
            layer.weight.copy_(torch.from_numpy(w.T.copy()))
            layer.bias.copy_(torch.from_numpy(b.copy()))
    descend(model, torch.from_numpy(x / np.float32(255)), y, name=name, loss=loss)
    list(trainer.events())

    for layer, w, b in zip((model[0], model[2]), trainer.network.weights, trainer.network.biases, strict=True):
        np.testing.assert_allclose(w, layer.weight.detach().numpy().T, atol=1e-4)
        np.testing.assert_allclose(b, layer.bias.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize(
    ("name", "activation", "loss"),
    [
        ("sgd", "relu", "cross_entropy"),
        ("momentum", "tanh", "squared_error"),
        ("nesterov", "sigmoid", "cross_entropy"),
        ("rmsprop", "relu", "squared_error"),
        ("adam", "relu", "cross_entropy"),
        ("adamw", "tanh", "squared_error"),
    ],
)
def test_fifty_steps_with_convolutions_end_within_a_ten_thousandth(
    digits: Any, name: Any, activation: Any, loss: Any
) -> None:
    # Few samples and channels: where two pixels are equal but for rounding, which one is the largest is left to chance.
    x, y, x_test, y_test = (part[:80] for part in digits)
    output: Any = "softmax" if loss == "cross_entropy" else "sigmoid"
    architecture = Architecture((784, 20, 10), activation, output, (Convolution(8, 5), Convolution(6, 3)))
    network = Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(0))
    rate = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01}.get(name, 0.001)
    recipe = Recipe(loss=loss, optimizer=name, learning_rate=rate, batch_size=8, epochs=5, shuffle=False, l2=0.0)
    trainer = Trainer(network, recipe, x, y, x_test, y_test)

    nn = torch.nn
    act = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[activation]
    kernels = [nn.Conv2d(1, 8, 5, padding=2), nn.Conv2d(8, 6, 3, padding=1)]
    dense = [nn.Linear(7 * 7 * 6, 20), nn.Linear(20, 10)]
    model = nn.Sequential(
        *(layer for kernel in kernels for layer in (kernel, act(), nn.MaxPool2d(2))),
        nn.Flatten(),
        dense[0],
        act(),
        dense[1],
    )
    with torch.no_grad():
        for layer, w, b in zip(kernels + dense, network.weights, network.biases, strict=True):
            layer.weight.copy_(torch.from_numpy(as_pytorch(w, layer.weight.shape)))
            layer.bias.copy_(torch.from_numpy(b.copy()))
    descend(model, torch.from_numpy(x / np.float32(255)).reshape(-1, 1, 28, 28), y, name=name, loss=loss)
    list(trainer.events())

    for layer, w, b in zip(kernels + dense, trainer.network.weights, trainer.network.biases, strict=True):
        np.testing.assert_allclose(as_pytorch(w, layer.weight.shape), layer.weight.detach().numpy(), atol=1e-4)
        np.testing.assert_allclose(b, layer.bias.detach().numpy(), atol=1e-4)


def as_pytorch(w: Any, shape: Any) -> Any:
    """Weights `(inputs, outputs)` as those of a linear layer or a convolution of this shape, channels first."""
    if len(shape) == 2:
        maps = np.arange(len(w)).reshape(7, 7, 6).transpose(2, 0, 1).ravel() if len(w) == 7 * 7 * 6 else slice(None)
        return w[maps].T.copy()
    channels, below, kernel, _ = shape
    return w.reshape(kernel, kernel, below, channels).transpose(3, 2, 0, 1).copy()
