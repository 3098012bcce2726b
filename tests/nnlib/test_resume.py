"""A training that was stopped and continued ends as one that never was."""

import itertools
from dataclasses import astuple, replace
from typing import Any

import numpy as np
import pytest

from nnlib import (
    Architecture,
    BatchProgress,
    EpochFinished,
    Network,
    Recipe,
    StateError,
    Trainer,
    TrainingFinished,
)

RECIPE = Recipe(
    loss="cross_entropy",
    optimizer="adam",
    learning_rate=0.003,
    schedule="one_cycle",
    batch_size=64,
    epochs=3,
    dropout=0.2,
    augmentation="mild",
    seed=3,
)
CLASSIC = Recipe(loss="squared_error", optimizer="sgd", learning_rate=0.1, batch_size=1, epochs=2, shuffle=False)


def start(recipe: Any, digits: Any, *, state: Any = None) -> Trainer:
    output: Any = "softmax" if recipe.loss == "cross_entropy" else "sigmoid"
    network = Network.initialised(
        Architecture((784, 12, 10), "relu", output), initializer="xavier", rng=np.random.default_rng(1)
    )
    # A clock that runs a second at every look, so that an event follows every step.
    return Trainer(network, recipe, *digits, state=state, clock=itertools.count().__next__)


def told(events: Any) -> Any:
    """Everything but the seconds."""
    return [astuple(replace(e, seconds=0) if isinstance(e, EpochFinished) else e) for e in events]


def plain_values(value: Any) -> Any:
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        return all(plain_values(item) for item in value.values())
    if isinstance(value, list):
        return all(plain_values(item) for item in value)
    return value is None or type(value) in (str, int, float, bool, np.ndarray)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_continuing_from_any_event_equals_never_stopping(digits: Any, optimizer: Any) -> None:
    recipe = replace(RECIPE, optimizer=optimizer, l2=1e-3)
    whole = start(recipe, digits)
    events, states = [], [whole.state()]
    for event in whole.events():
        events.append(event)
        states.append(whole.state())
    expected = whole.network.sha256()
    assert any(isinstance(event, BatchProgress) for event in events)

    for i, state in enumerate(states):
        continued = start(recipe, digits, state=state)
        rest = list(continued.events())
        assert told(rest) == told(events[i:] or events[-1:])
        assert continued.network.sha256() == expected


def test_continuing_the_classic_recipe_equals_never_stopping(digits: Any) -> None:
    whole = start(CLASSIC, digits)
    states, events = [], []
    for event in whole.events():
        events.append(event)
        states.append(whole.state())

    for i in range(0, len(states), max(1, len(states) // 20)):
        continued = start(CLASSIC, digits, state=states[i])
        assert told(continued.events()) == told(events[i + 1 :] or events[-1:])
        assert continued.network.sha256() == whole.network.sha256()


def test_a_state_stays_as_it_was_while_training_goes_on(digits: Any) -> None:
    trainer = start(RECIPE, digits)
    events = trainer.events()
    next(events)
    state = trainer.state()
    before = start(RECIPE, digits, state=state).network.sha256()

    list(events)

    assert start(RECIPE, digits, state=state).network.sha256() == before


def test_continuing_leaves_the_state_as_it_was(digits: Any) -> None:
    trainer = start(RECIPE, digits)
    next(trainer.events())
    state = trainer.state()

    runs: list[Any] = [list(start(RECIPE, digits, state=state).events()) for _ in range(2)]
    ends = [events[-2].test_error for events in runs]

    assert ends[0] == ends[1]


def test_a_state_is_made_of_plain_values(digits: Any) -> None:
    trainer = start(RECIPE, digits)
    next(trainer.events())

    assert plain_values(trainer.state())


def test_time_before_a_stop_counts(digits: Any) -> None:
    whole = start(RECIPE, digits)
    events = whole.events()
    for _ in range(3):
        next(events)

    continued = start(RECIPE, digits, state=whole.state())
    seconds = next(e for e in continued.events() if isinstance(e, EpochFinished)).seconds

    assert seconds >= 3


def test_a_finished_training_stays_finished(digits: Any) -> None:
    trainer = start(RECIPE, digits)
    list(trainer.events())

    assert list(start(RECIPE, digits, state=trainer.state()).events()) == [TrainingFinished("epochs")]


def test_a_state_of_another_recipe_is_refused(digits: Any) -> None:
    state = start(RECIPE, digits).state()

    with pytest.raises(StateError, match="another recipe"):
        start(replace(RECIPE, seed=4), digits, state=state)


def test_a_state_of_other_data_is_refused(digits: Any) -> None:
    x, y, *test = digits
    state = start(RECIPE, digits).state()

    with pytest.raises(StateError, match="another data"):
        start(RECIPE, (x, (y + 1) % 10, *test), state=state)


def test_a_state_of_another_network_is_refused(digits: Any) -> None:
    network = Network.initialised(
        Architecture((784, 13, 10), "relu", "softmax"), initializer="he", rng=np.random.default_rng(0)
    )
    state = Trainer(network, RECIPE, *digits).state()

    with pytest.raises(StateError, match="another architecture"):
        start(RECIPE, digits, state=state)


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s.clear(),
        lambda s: s.update(version=2),
        lambda s: s.pop("generator"),
        lambda s: s.update(parameters=s["parameters"][:-1]),
        lambda s: s.update(parameters=s["parameters"].astype(np.float64)),
        lambda s: s.update(optimizer={}),
        lambda s: s["optimizer"].update(slots={}),
        lambda s: s.update(generator={"bit_generator": "MT19937"}),
        lambda s: s["generator"].update(state={}),
        lambda s: s.update(progress={}),
        lambda s: s["progress"].update(position=10**6),
        lambda s: s["progress"].update(position="0"),
        lambda s: s["progress"].update(order=np.full(400, 400, np.uint32)),
        lambda s: s["progress"].update(reason="boredom"),
    ],
)
def test_a_damaged_state_is_refused(digits: Any, damage: Any) -> None:
    trainer = start(RECIPE, digits)
    next(trainer.events())
    state = trainer.state()
    damage(state)

    with pytest.raises(StateError):
        start(RECIPE, digits, state=state)
