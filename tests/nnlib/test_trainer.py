"""A trainer learns, tells how it goes and ends for a reason."""

import itertools
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlib import (
    Architecture,
    BatchProgress,
    DataError,
    EpochFinished,
    Network,
    NonFiniteError,
    Recipe,
    RecipeError,
    ShapeError,
    Trainer,
    TrainingFinished,
    evaluate,
)
from nnlib.backpropagation import backward, forward
from nnlib.losses import LOSSES

RECIPE = Recipe(loss="cross_entropy", optimizer="adam", learning_rate=0.003, batch_size=32, epochs=3)


def start(recipe: Any, digits: Any, *, hidden: Any = (12,), activation: Any = "relu", **more: Any) -> Trainer:
    architecture = Architecture((784, *hidden, 10), activation, LOSSES[recipe.loss].output)
    network = Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(1))
    return Trainer(network, recipe, *digits, **more)


def epochs(trainer: Any) -> list[EpochFinished]:
    return [event for event in trainer.events() if isinstance(event, EpochFinished)]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [("sgd", 0.5), ("momentum", 0.03), ("nesterov", 0.03), ("rmsprop", 0.003), ("adam", 0.01), ("adamw", 0.01)],
)
def test_every_optimizer_learns(digits: Any, loss: Any, optimizer: Any, rate: Any) -> None:
    recipe = replace(RECIPE, loss=loss, optimizer=optimizer, learning_rate=rate, epochs=15, l2=1e-4)

    told = epochs(start(recipe, digits, hidden=(20,), activation="tanh"))

    assert [event.epoch for event in told] == list(range(1, 16))
    assert told[-1].train_error < told[0].train_error / 3
    assert told[-1].test_accuracy > 0.9


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("hidden", [(), (12,), (12, 8)])
def test_every_shape_learns(digits: Any, activation: Any, hidden: Any) -> None:
    recipe = replace(RECIPE, learning_rate=0.01, epochs=12, dropout=0.1)

    assert epochs(start(recipe, digits, hidden=hidden, activation=activation))[-1].test_accuracy > 0.8


@pytest.mark.parametrize("augmentation", ["mild", "strong"])
def test_the_same_seed_gives_the_same_network(digits: Any, augmentation: Any) -> None:
    recipe = replace(RECIPE, dropout=0.2, augmentation=augmentation)
    one, same, other = start(recipe, digits), start(recipe, digits), start(replace(recipe, seed=1), digits)

    for trainer in (one, same, other):
        list(trainer.events())

    assert one.network.sha256() == same.network.sha256()
    assert one.network.sha256() != other.network.sha256()


def test_training_follows_plain_backpropagation(digits: Any) -> None:
    x, y = digits[0] / 255, np.eye(10)[digits[1]]
    recipe = replace(RECIPE, optimizer="sgd", learning_rate=0.1, shuffle=False, l2=0.01, epochs=4)
    trainer = start(recipe, digits)
    architecture = trainer.network.architecture
    weights = [w.astype(np.float64) for w in trainer.network.weights]
    biases = [b.astype(np.float64) for b in trainer.network.biases]
    for _, first in itertools.product(range(recipe.epochs), range(0, len(x), 32)):
        rows = slice(first, first + 32)
        values = forward(architecture, weights, biases, x[rows])
        dws, dbs = backward(architecture, weights, values, y[rows], LOSSES["cross_entropy"])
        weights = [w - 0.1 * (dw + 0.01 * w) for w, dw in zip(weights, dws, strict=True)]
        biases = [b - 0.1 * db for b, db in zip(biases, dbs, strict=True)]

    list(trainer.events())

    for got, wanted in zip(trainer.network.weights + trainer.network.biases, weights + biases, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-4)


def test_adamw_shrinks_the_weights_apart_from_the_gradient() -> None:
    # Samples without ink have no gradient at the first weights; only the decay moves them.
    digits = np.zeros((64, 784), np.uint8), np.zeros(64, int), np.zeros((8, 784), np.uint8), np.zeros(8, int)
    recipe = replace(RECIPE, optimizer="adamw", l2=0.5, learning_rate=0.1, epochs=1)
    trainer = start(recipe, digits)
    before = trainer.network.weights[0]

    list(trainer.events())

    np.testing.assert_allclose(trainer.network.weights[0], before * 0.95**2, rtol=1e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_l2_makes_weights_smaller_but_not_biases(digits: Any, optimizer: Any) -> None:
    recipe = replace(RECIPE, optimizer=optimizer, learning_rate=0.01)
    plain, shrunk = start(recipe, digits), start(replace(recipe, l2=0.1), digits)

    for trainer in (plain, shrunk):
        list(trainer.events())

    assert np.abs(shrunk.network.weights[0]).sum() < np.abs(plain.network.weights[0]).sum()


def test_the_last_epoch_tells_the_truth_about_the_network(digits: Any) -> None:
    trainer = start(RECIPE, digits)

    last = epochs(trainer)[-1]

    result = evaluate(trainer.network, *digits[2:], loss="cross_entropy")
    assert (last.test_error, last.test_accuracy) == (result.error, result.accuracy)


def test_train_error_is_the_mean_over_the_passes_of_the_epoch(digits: Any) -> None:
    recipe = replace(RECIPE, optimizer="sgd", learning_rate=1e-12, epochs=1)
    trainer = start(recipe, digits)
    still = evaluate(trainer.network, *digits[:2], loss="cross_entropy")

    (told,) = epochs(trainer)

    assert told.train_error == pytest.approx(still.error, rel=1e-4)
    assert told.train_accuracy == still.accuracy


def test_events_tell_of_batches_then_the_epoch_then_the_end(digits: Any) -> None:
    events: list[Any] = list(start(replace(RECIPE, epochs=1), digits, clock=itertools.count().__next__).events())

    progress = events[:-2]
    assert len(progress) == 13  # batches of 400 / 32 samples
    assert all(isinstance(event, BatchProgress) and event.epoch == 1 for event in progress)
    fractions = [event.fraction for event in progress]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert progress[-1].error == events[-2].train_error
    assert isinstance(events[-2], EpochFinished)
    assert events[-1] == TrainingFinished("epochs")


def test_progress_is_told_only_a_few_times_a_second(digits: Any) -> None:
    slow_clock = (0.001 * tick for tick in itertools.count())

    events = list(start(RECIPE, digits, clock=slow_clock.__next__).events())

    assert not any(isinstance(event, BatchProgress) for event in events)


def test_training_ends_when_the_error_is_below_the_threshold(digits: Any) -> None:
    recipe = replace(RECIPE, error_threshold=0.5, epochs=100)

    events = list(start(recipe, digits).events())

    told = [event.train_error for event in events if isinstance(event, EpochFinished)]
    assert events[-1] == TrainingFinished("error_threshold")
    assert told[-1] < 0.5
    assert min(told[:-1]) >= 0.5


@pytest.mark.parametrize("batch_size", [1, 32])
def test_an_error_that_is_not_finite_names_the_epoch_and_a_remedy(digits: Any, batch_size: Any) -> None:
    recipe = replace(RECIPE, loss="cross_entropy", optimizer="sgd", learning_rate=1e38, batch_size=batch_size, epochs=9)

    with pytest.raises(NonFiniteError, match=r"error became (NaN|infinite) in epoch \d+: lower the learning rate"):
        list(start(recipe, digits).events())


def test_the_schedule_is_told_with_the_epoch(digits: Any) -> None:
    told = epochs(start(replace(RECIPE, schedule="step", epochs=4), digits))

    assert [event.learning_rate for event in told] == pytest.approx([3e-3, 3e-3, 3e-4, 3e-5])


def test_the_schedule_counts_every_sample_where_a_batch_is_one(digits: Any) -> None:
    recipe = Recipe(loss="cross_entropy", optimizer="sgd", learning_rate=0.1, schedule="step", batch_size=1, epochs=4)

    told = epochs(start(recipe, digits))

    assert [event.learning_rate for event in told] == pytest.approx([0.1, 0.1, 0.01, 0.001])


def test_seconds_leave_out_the_consumer(digits: Any) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 1
        return now[0]

    seconds: Any = None
    for event in start(replace(RECIPE, epochs=1), digits, clock=clock).events():
        now[0] += 1000
        seconds = getattr(event, "seconds", seconds)

    assert 13 <= seconds < 100


def test_fine_tuning_starts_from_the_given_network_and_leaves_it_alone(digits: Any) -> None:
    trainer = start(replace(RECIPE, epochs=10, learning_rate=0.01), digits)
    list(trainer.events())
    given, bits = trainer.network, trainer.network.sha256()

    told = epochs(Trainer(given, RECIPE, *digits))

    assert told[0].train_accuracy > 0.95
    assert given.sha256() == bits


def test_inputs_that_no_sample_uses_keep_their_weights(digits: Any) -> None:
    trainer = start(RECIPE, digits)
    before = trainer.network.weights[0]
    unused = ~digits[0].any(axis=0)
    assert 100 < unused.sum() < 700

    list(trainer.events())

    after = trainer.network.weights[0]
    np.testing.assert_array_equal(after[unused], before[unused])
    assert (after[~unused] != before[~unused]).any(axis=1).all()


def test_distorted_samples_teach_inputs_that_no_sample_uses(digits: Any) -> None:
    trainer = start(replace(RECIPE, augmentation="strong"), digits)
    before = trainer.network.weights[0]
    unused = ~digits[0].any(axis=0)

    list(trainer.events())

    assert (trainer.network.weights[0][unused] != before[unused]).any()


def test_float_samples_and_memory_maps_give_what_bytes_give(digits: Any, tmp_path: Path) -> None:
    x, y, x_test, y_test = digits
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    shares = x / np.float32(255)

    ends = [epochs(start(RECIPE, (given, y, x_test, y_test)))[-1].test_error for given in (x, mapped, shares)]

    assert ends[0] == ends[1]
    assert ends[0] == pytest.approx(ends[2], rel=1e-3)


def test_no_thread_outlives_a_training_that_was_left(digits: Any) -> None:
    before = threading.active_count()
    events = start(replace(RECIPE, augmentation="mild"), digits, clock=itertools.count().__next__).events()
    next(events)

    events.close()

    assert threading.active_count() == before


def test_a_batch_larger_than_the_data_is_one_step(digits: Any) -> None:
    (told,) = epochs(start(replace(RECIPE, batch_size=10_000, epochs=1), digits))

    assert told.train_error > 0


def test_a_loss_that_does_not_suit_the_outputs_is_refused(digits: Any) -> None:
    network = Network.initialised(
        Architecture((784, 10), "relu", "softmax"), initializer="he", rng=np.random.default_rng(0)
    )

    with pytest.raises(RecipeError, match="squared_error needs sigmoid outputs"):
        Trainer(network, replace(RECIPE, loss="squared_error"), *digits)


def test_only_images_can_be_distorted() -> None:
    network = Network.initialised(
        Architecture((5, 2), "relu", "softmax"), initializer="he", rng=np.random.default_rng(0)
    )
    data = np.zeros((3, 5), np.uint8), np.zeros(3, int)

    with pytest.raises(RecipeError, match="augmentation needs 784 inputs"):
        Trainer(network, replace(RECIPE, augmentation="mild"), *data, *data)


def test_data_that_do_not_fit_are_refused(digits: Any) -> None:
    x, y, x_test, y_test = digits

    with pytest.raises(ShapeError, match="training samples"):
        start(RECIPE, (x[:, :783], y, x_test, y_test))
    with pytest.raises(DataError, match="test labels"):
        start(RECIPE, (x, y, x_test, y_test + 10))
