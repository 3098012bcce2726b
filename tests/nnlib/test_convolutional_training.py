"""Everything that a training with dense layers can do, a training with convolutions can do."""

import itertools
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace
from typing import Any

import numpy as np
import pytest

from nnlib import (
    Architecture,
    BatchProgress,
    Convolution,
    DataError,
    EpochFinished,
    Network,
    Recipe,
    ShapeError,
    StateError,
    Trainer,
    evaluate,
)
from nnlib.backpropagation import forward
from nnlib.losses import LOSSES
from nnlib.train import train

TWO = (Convolution(8, 3), Convolution(6, 5))
RECIPE = Recipe(loss="cross_entropy", optimizer="adam", learning_rate=0.003, batch_size=64, epochs=3, seed=3)


def network(
    *, convolutions: Any = TWO, hidden: Any = (12,), activation: Any = "relu", loss: Any = "cross_entropy"
) -> Network:
    architecture = Architecture((784, *hidden, 10), activation, LOSSES[loss].output, convolutions)
    return Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(1))


def start(recipe: Recipe, digits: Any, *, state: Any = None, **shape: Any) -> Trainer:
    # A clock that runs a second at every look, so that an event follows every step.
    clock = itertools.count().__next__
    return Trainer(network(loss=recipe.loss, **shape), recipe, *digits, state=state, clock=clock)


def epochs(trainer: Trainer) -> list[EpochFinished]:
    return [event for event in trainer.events() if isinstance(event, EpochFinished)]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [("sgd", 0.5), ("momentum", 0.1), ("nesterov", 0.1), ("rmsprop", 0.003), ("adam", 0.01), ("adamw", 0.01)],
)
def test_every_optimizer_learns(digits: Any, loss: Any, optimizer: Any, rate: Any) -> None:
    recipe = replace(
        RECIPE, loss=loss, optimizer=optimizer, learning_rate=rate, batch_size=20, epochs=25, l2=1e-4, dropout=0.05
    )

    told = epochs(start(recipe, digits, convolutions=(Convolution(5, 3),), hidden=(20,), activation="tanh"))

    assert told[-1].train_error < told[0].train_error / 2
    assert told[-1].test_accuracy > 0.9


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize(
    ("convolutions", "hidden"),
    [((Convolution(8, 5),), ()), (TWO, (12, 8)), ((Convolution(4, 1), Convolution(8, 3), Convolution(12, 3)), (12,))],
)
def test_every_shape_learns(digits: Any, activation: Any, convolutions: Any, hidden: Any) -> None:
    recipe = replace(RECIPE, learning_rate=0.01, batch_size=16, epochs=15)
    trainer = start(recipe, digits, convolutions=convolutions, hidden=hidden, activation=activation)

    assert epochs(trainer)[-1].test_accuracy > 0.8


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"optimizer": "sgd", "learning_rate": 0.05, "batch_size": 1, "epochs": 1},
        {"optimizer": "sgd", "learning_rate": 0.1, "l2": 0.01, "loss": "squared_error", "activation": "sigmoid"},
        {"optimizer": "nesterov", "learning_rate": 0.01, "schedule": "cosine", "loss": "squared_error"},
        {"optimizer": "rmsprop"},
        {"optimizer": "adam", "schedule": "one_cycle"},
        {"optimizer": "adamw", "l2": 0.1},
    ],
)
def test_the_trainer_ends_where_the_plain_form_ends(digits: Any, change: dict[str, Any]) -> None:
    # Few samples: where two pixels are equal but for rounding, which one is the largest is left to chance.
    x, y, *test = (part[:90] for part in digits)
    fields: dict[str, Any] = {"loss": "cross_entropy", "learning_rate": 0.001, "batch_size": 16, "epochs": 2} | change
    begun = network(activation=fields.pop("activation", "tanh"), loss=fields["loss"])
    trainer = Trainer(begun, Recipe(**fields, seed=6), x, y, *test)

    plain = train(
        begun.architecture,
        [w.astype(np.float64) for w in begun.weights],
        [b.astype(np.float64) for b in begun.biases],
        x / 255,
        y,
        rng=np.random.default_rng(6),
        **fields,
    )
    list(trainer.events())

    moved = Network(begun.architecture, *plain)
    np.testing.assert_allclose(trainer.network.flat, moved.flat, atol=2e-4)
    assert abs(moved.flat - begun.flat).max() > 0.005


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_continuing_from_any_event_equals_never_stopping(digits: Any, optimizer: Any) -> None:
    recipe = replace(
        RECIPE, optimizer=optimizer, epochs=2, l2=1e-3, dropout=0.2, augmentation="mild", schedule="one_cycle"
    )
    whole = start(recipe, digits)
    events, states = [], [whole.state()]
    for event in whole.events():
        events.append(event)
        states.append(whole.state())
    expected = whole.network.sha256()
    assert any(isinstance(event, BatchProgress) for event in events)

    for place, state in enumerate(states):
        continued = start(recipe, digits, state=pickle.loads(pickle.dumps(state)))
        assert told(continued.events()) == told(events[place:] or events[-1:])
        assert continued.network.sha256() == expected


def test_continuing_batches_of_one_equals_never_stopping(digits: Any) -> None:
    recipe = Recipe(loss="squared_error", optimizer="sgd", learning_rate=0.1, batch_size=1, epochs=2, shuffle=False)
    few = tuple(part[:30] for part in digits)
    whole = start(recipe, few)
    states = [whole.state() for _ in whole.events()]

    for state in states[::7]:
        continued = start(recipe, few, state=state)
        list(continued.events())
        assert continued.network.sha256() == whole.network.sha256()


def told(events: Any) -> Any:
    """Everything but the seconds."""
    return [astuple(replace(e, seconds=0) if isinstance(e, EpochFinished) else e) for e in events]


def test_a_state_of_other_convolutions_is_refused(digits: Any) -> None:
    state = start(RECIPE, digits).state()
    assert state["architecture"]["convolutions"] == [{"channels": 8, "kernel": 3}, {"channels": 6, "kernel": 5}]

    for convolutions in ((), TWO[:1], (*TWO[:1], Convolution(6, 3))):
        with pytest.raises(StateError, match="another architecture"):
            start(RECIPE, digits, state=state, convolutions=convolutions)


def test_a_state_of_dense_layers_does_not_mention_convolutions(digits: Any) -> None:
    state = start(RECIPE, digits, convolutions=()).state()

    assert state["architecture"] == {"layer_sizes": [784, 12, 10], "activation": "relu", "output": "softmax"}


@pytest.mark.parametrize("augmentation", ["none", "mild", "strong"])
def test_the_same_seed_gives_the_same_network(digits: Any, augmentation: Any) -> None:
    recipe = replace(RECIPE, dropout=0.2, augmentation=augmentation, epochs=1)
    one, same, other = start(recipe, digits), start(recipe, digits), start(replace(recipe, seed=4), digits)

    for trainer in (one, same, other):
        list(trainer.events())

    assert one.network.sha256() == same.network.sha256()
    assert one.network.sha256() != other.network.sha256()


def test_dropout_changes_what_is_learned(digits: Any) -> None:
    plain, dropped = start(RECIPE, digits), start(replace(RECIPE, dropout=0.5), digits)

    assert epochs(plain)[-1].train_error < epochs(dropped)[-1].train_error


def test_bytes_and_shares_of_1_are_the_same_samples(digits: Any) -> None:
    x, y, x_test, y_test = digits
    by_bytes, by_shares = (epochs(start(RECIPE, (given, y, x_test, y_test)))[-1] for given in (x, x / np.float32(255)))

    # Pixels are in their places in both, so unlike dense layers the trainings are the same to the bit.
    assert by_bytes.test_error == by_shares.test_error


def test_the_last_epoch_tells_the_truth_about_the_network(digits: Any) -> None:
    trainer = start(RECIPE, digits)

    last = epochs(trainer)[-1]

    result = evaluate(trainer.network, *digits[2:], loss="cross_entropy")
    assert (last.test_error, last.test_accuracy) == (result.error, result.accuracy)


def samples(n: int) -> Any:
    return np.random.default_rng(1).random((n, 784), np.float32)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_a_networks_answers_are_those_of_the_plain_form(output: Any) -> None:
    net = network(loss="cross_entropy" if output == "softmax" else "squared_error")
    x = samples(37)

    values = forward(net.architecture, net.weights, net.biases, x)

    np.testing.assert_allclose(net.outputs(x), values[-1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(net.probabilities(x).sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(net.outputs(x[4:5])[0], net.outputs(x)[4], rtol=1e-4)
    assert net.logits(x).dtype == np.float32
    assert net.logits(x[:0]).shape == (0, 10)


def test_activations_hold_the_maps_before_and_after_each_maximum() -> None:
    x = samples(3)

    values = network().activations(x)

    assert [value.shape[1:] for value in values] == [
        (784,),
        (28, 28, 8),
        (14, 14, 8),
        (14, 14, 6),
        (7, 7, 6),
        (12,),
        (10,),
    ]
    assert values[0] is x
    np.testing.assert_allclose(values[-1], network().outputs(x), rtol=1e-4)


def test_threads_do_not_disturb_each_other() -> None:
    net, batches = network(), [samples(n) for n in range(1, 25)]
    alone = [net.probabilities(x) for x in batches]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(net.probabilities, batches * 3))

    for i, probabilities in enumerate(together):
        np.testing.assert_array_equal(probabilities, alone[i % len(batches)])


def test_input_of_another_shape_or_type_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected x of shape \(n, 784\)"):
        network().probabilities(np.zeros((2, 28, 28), np.float32))
    with pytest.raises(DataError, match="float32"):
        network().activations(np.zeros((1, 784), np.uint8))


def test_kernels_of_another_shape_are_refused() -> None:
    net = network()
    weights = list(net.weights)
    weights[1] = weights[1][:-1]

    with pytest.raises(ShapeError, match=r"layer 1: expected weights \(200, 6\)"):
        Network(net.architecture, weights, net.biases)
