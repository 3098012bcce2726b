"""What the figures say on MNIST itself; skipped where it is not at hand."""

from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, Convolution, EpochFinished, Network, Recipe, Trainer
from nnlib.backpropagation import forward
from nnlib.initializers import draw_layers
from nnlib.train import train


def epochs(architecture: Any, recipe: Any, mnist: Any, *, initializer: Any) -> list[EpochFinished]:
    network = Network.initialised(architecture, initializer=initializer, rng=np.random.default_rng(0))
    return [event for event in Trainer(network, recipe, *mnist).events() if isinstance(event, EpochFinished)]


@pytest.mark.slow
def test_the_classic_recipe_follows_the_original_error_curve(mnist: Any) -> None:
    recipe = Recipe(loss="squared_error", optimizer="sgd", learning_rate=0.1, batch_size=1, epochs=3, shuffle=False)

    told = epochs(Architecture((784, 250, 10), "sigmoid", "sigmoid"), recipe, mnist, initializer="uniform")

    assert [event.train_error for event in told] == pytest.approx([0.166, 0.087, 0.066], rel=0.1)


def test_a_few_seconds_of_adam_read_97_percent(mnist: Any) -> None:
    recipe = Recipe(
        loss="cross_entropy", optimizer="adam", learning_rate=0.003, schedule="one_cycle", batch_size=128, epochs=2
    )

    told = epochs(Architecture((784, 250, 10), "relu", "softmax"), recipe, mnist, initializer="he")

    assert told[-1].test_accuracy > 0.97


@pytest.mark.slow
def test_an_epoch_of_convolutions_reads_98_percent(mnist: Any) -> None:
    recipe = Recipe(loss="cross_entropy", optimizer="adam", learning_rate=0.003, schedule="one_cycle", epochs=1)
    architecture = Architecture((784, 64, 10), "relu", "softmax", (Convolution(8, 5), Convolution(16, 5)))

    (told,) = epochs(architecture, recipe, mnist, initializer="he")

    assert told.test_accuracy > 0.98


def test_the_plain_core_reads_97_percent_by_itself(mnist: Any) -> None:
    x, y, x_test, y_test = mnist
    architecture, rng = Architecture((784, 250, 10), "relu", "softmax"), np.random.default_rng(0)

    weights, biases = train(
        architecture,
        *draw_layers(architecture, "he", rng),
        x / np.float32(255),
        y,
        rng=rng,
        loss="cross_entropy",
        optimizer="adam",
        learning_rate=0.003,
        schedule="one_cycle",
        epochs=6,
    )

    outputs = forward(architecture, weights, biases, x_test / np.float32(255))[-1]
    assert (outputs.argmax(axis=1) == y_test).mean() >= 0.97
