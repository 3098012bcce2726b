"""The plain `train` learns, and the trainer ends where it does."""

from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, Network, Recipe, Trainer, evaluate
from nnlib.initializers import draw_layers
from nnlib.losses import LOSSES
from nnlib.train import train


def test_it_learns_and_leaves_the_initial_parameters_unchanged(digits: Any) -> None:
    x, y, x_test, y_test = digits
    architecture, rng = Architecture((784, 20, 10), "tanh", "softmax"), np.random.default_rng(0)
    initial = draw_layers(architecture, "xavier", rng)
    before = Network(architecture, *initial).sha256()

    weights, biases = train(
        architecture,
        *initial,
        x / np.float32(255),
        y,
        rng=rng,
        loss="cross_entropy",
        optimizer="adam",
        learning_rate=0.01,
        batch_size=32,
        epochs=10,
    )

    assert evaluate(Network(architecture, weights, biases), x_test, y_test, loss="cross_entropy").accuracy > 0.9
    assert Network(architecture, *initial).sha256() == before


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"optimizer": "sgd", "learning_rate": 0.05, "batch_size": 1, "epochs": 1},
        {"optimizer": "sgd", "learning_rate": 0.1, "l2": 0.01, "loss": "squared_error", "activation": "sigmoid"},
        {"optimizer": "momentum", "learning_rate": 0.01, "schedule": "step"},
        {"optimizer": "nesterov", "learning_rate": 0.01, "schedule": "cosine", "loss": "squared_error"},
        {"optimizer": "rmsprop"},
        {"optimizer": "adam", "schedule": "one_cycle", "activation": "relu"},
        {"optimizer": "adamw", "l2": 0.1},
    ],
)
def test_the_trainer_ends_where_the_plain_form_ends(digits: Any, change: dict[str, Any]) -> None:
    x, y, *_ = digits
    fields: dict[str, Any] = {"loss": "cross_entropy", "learning_rate": 0.001, "batch_size": 48, "epochs": 3} | change
    architecture = Architecture((784, 15, 12, 10), fields.pop("activation", "tanh"), LOSSES[fields["loss"]].output)
    network = Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(1))
    trainer = Trainer(network, Recipe(**fields, seed=6), *digits)

    plain = train(
        architecture,
        [w.astype(np.float64) for w in network.weights],
        [b.astype(np.float64) for b in network.biases],
        x / 255,
        y,
        rng=np.random.default_rng(6),
        **fields,
    )
    list(trainer.events())

    moved = Network(architecture, *plain)
    np.testing.assert_allclose(trainer.network.flat, moved.flat, atol=2e-4)
    assert abs(moved.flat - network.flat).max() > 0.005
