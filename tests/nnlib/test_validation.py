"""Validation samples decide on early stopping and on what is kept; test samples decide on nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnlib import (
    Architecture,
    EpochFinished,
    Event,
    Network,
    Recipe,
    RecipeError,
    ShapeError,
    StateError,
    Trainer,
    TrainingFinished,
    evaluate,
)

RECIPE = Recipe(loss="cross_entropy", optimizer="adam", learning_rate=0.01, batch_size=32, epochs=60, patience=3)
BEST = replace(RECIPE, keep="best", learning_rate=0.002, epochs=12, patience=None)


@pytest.fixture
def held_out(digits: Any) -> Any:
    """Training samples, test samples, and validation samples with a part of their labels wrong: they get worse soon."""
    x, y, x_test, y_test = digits
    rng = np.random.default_rng(0)
    noisy = np.where(rng.random(100) < 0.6, rng.integers(0, 10, 100), y[300:]).astype(np.uint8)
    return (x[:300], y[:300], x_test, y_test), (x[300:], noisy)


def start(recipe: Recipe, digits: Any, *, state: Any = None, validation: Any = None) -> Trainer:
    architecture = Architecture((784, 12, 10), "relu", "softmax")
    network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
    return Trainer(network, recipe, *digits, state=state, validation=validation)


def epochs(events: list[Event]) -> list[EpochFinished]:
    return [event for event in events if isinstance(event, EpochFinished)]


def test_training_ends_when_the_validation_error_has_not_improved_for_the_patience(held_out: Any) -> None:
    digits, validation = held_out
    events = list(start(RECIPE, digits, validation=validation).events())
    errors = [event.validation_error for event in epochs(events)]
    assert events[-1] == TrainingFinished("patience")
    assert len(errors) - 1 - int(np.argmin(np.array(errors, float))) == 3


def test_every_epoch_reports_error_and_accuracy_on_validation_samples(held_out: Any) -> None:
    digits, validation = held_out
    trainer = start(replace(RECIPE, epochs=1), digits, validation=validation)
    (event,) = epochs(list(trainer.events()))
    expected = evaluate(trainer.network, *validation, loss="cross_entropy")
    assert (event.validation_error, event.validation_accuracy) == (expected.error, expected.accuracy)


def test_without_validation_samples_they_are_none_and_the_training_error_counts(digits: Any) -> None:
    recipe = replace(RECIPE, learning_rate=1e-30, epochs=20)
    events = list(start(recipe, digits).events())
    assert {(event.validation_error, event.validation_accuracy) for event in epochs(events)} == {(None, None)}
    assert events[-1] == TrainingFinished("patience")


@pytest.mark.parametrize("recipe", [RECIPE, BEST])
def test_noise_for_test_labels_changes_neither_the_network_nor_the_end(held_out: Any, recipe: Recipe) -> None:
    (x, y, x_test, y_test), validation = held_out
    noise = np.random.default_rng(3).integers(0, 10, len(y_test)).astype(np.uint8)
    trainers = [start(recipe, (x, y, x_test, labels), validation=validation) for labels in (y_test, noise)]
    ends = [list(trainer.events()) for trainer in trainers]
    assert len(ends[0]) == len(ends[1])
    assert epochs(ends[0])[-1].test_error != epochs(ends[1])[-1].test_error
    assert trainers[0].network.sha256() == trainers[1].network.sha256()
    assert trainers[0].kept.sha256() == trainers[1].kept.sha256()


def test_the_network_of_the_lowest_validation_error_is_kept_exactly(held_out: Any) -> None:
    digits, validation = held_out
    trainer = start(BEST, digits, validation=validation)
    digests, errors = [], []
    for event in trainer.events():
        if isinstance(event, EpochFinished):
            digests.append(trainer.network.sha256())
            errors.append(event.validation_error)
    best = int(np.argmin(np.array(errors, float)))
    assert 0 < best < len(errors) - 1, "neither the first nor the last: the test would prove nothing"
    assert trainer.kept.sha256() == digests[best]
    assert trainer.network.sha256() == digests[-1]


def test_the_last_network_is_kept_by_default(held_out: Any) -> None:
    digits, validation = held_out
    trainer = start(replace(BEST, keep="last"), digits, validation=validation)
    list(trainer.events())
    assert trainer.kept.sha256() == trainer.network.sha256()


def test_what_is_kept_survives_a_stop_at_any_epoch(held_out: Any) -> None:
    digits, validation = held_out
    whole = start(BEST, digits, validation=validation)
    states = [whole.state()]
    states += [whole.state() for event in whole.events() if isinstance(event, EpochFinished)]
    for state in states:
        continued = start(BEST, digits, state=state, validation=validation)
        list(continued.events())
        assert continued.kept.sha256() == whole.kept.sha256()
        assert continued.network.sha256() == whole.network.sha256()


def test_keeping_the_best_needs_validation_samples(digits: Any) -> None:
    with pytest.raises(RecipeError, match="needs validation samples"):
        start(BEST, digits)


def test_validation_samples_of_another_shape_are_refused(digits: Any) -> None:
    with pytest.raises(ShapeError, match="validation samples"):
        start(RECIPE, digits, validation=(np.zeros((5, 3), np.uint8), np.zeros(5, np.uint8)))


def test_a_state_of_an_older_release_is_continued(digits: Any) -> None:
    recipe = replace(RECIPE, epochs=3, patience=None)
    whole = start(recipe, digits)
    events = whole.events()
    next(event for event in events if isinstance(event, EpochFinished))
    state = whole.state()
    del state["best"], state["recipe"]["keep"]
    list(events)
    continued = start(recipe, digits, state=state)
    list(continued.events())
    assert continued.network.sha256() == whole.network.sha256()


def test_a_damaged_best_network_is_refused(held_out: Any) -> None:
    digits, validation = held_out
    trainer = start(BEST, digits, validation=validation)
    next(event for event in trainer.events() if isinstance(event, EpochFinished))
    state = trainer.state() | {"best": np.zeros(3, np.float32)}
    with pytest.raises(StateError, match="best"):
        start(BEST, digits, state=state, validation=validation)
