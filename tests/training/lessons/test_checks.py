"""What the checks of the lessons say of a learner's run."""

from typing import Any

import pytest

from training.configuration.run_config import RunConfig
from training.lessons.catalogue import LESSONS, lesson_of
from training.lessons.checks import Outcome, Verdict
from training.runs.messages import EpochJson

Errors = list[tuple[float, float]]


def epoch(number: int, train_error: float, test_error: float, test_accuracy: float) -> EpochJson:
    return {
        "epoch": number,
        "train_error": train_error,
        "train_accuracy": 0.9,
        "validation_error": None,
        "validation_accuracy": None,
        "test_error": test_error,
        "test_accuracy": test_accuracy,
        "learning_rate": 0.1,
        "seconds": 1.0,
    }


def outcome(slug: str, errors: Errors, *, accuracy: float = 0.5, **changes: Any) -> Outcome:
    """A run of the lesson's configuration but for `changes`, with these training and test errors."""
    config = RunConfig.model_validate({**LESSONS[slug].fields, "dataset": "pen-strokes", **changes}).as_json()
    return Outcome(config, [epoch(1 + n, train, test, accuracy) for n, (train, test) in enumerate(errors)])


def verdict(slug: str, prepared: Errors, own: Errors, **changes: Any) -> Verdict:
    return LESSONS[slug].check(outcome(slug, prepared), outcome(slug, own, **changes))


@pytest.mark.parametrize(
    ("own", "changes", "is_passed", "part"),
    [
        ([(0.19, 0.2)], {"learning_rate": 0.1}, True, "0.19"),
        ([(0.25, 0.2)], {"learning_rate": 0.01}, False, "the goal is 0.2"),
        ([(2.4, 2.4)], {"learning_rate": 3}, False, "too large"),
        ([(1.4, 1.4)], {"learning_rate": 0.0001}, False, "the goal is 0.2"),
        ([(0.1, 0.1)], {"learning_rate": 0.1, "epochs": 50}, False, "another epochs"),
        ([(0.1, 0.1)], {"learning_rate": 0.1, "hidden_layers": [800]}, False, "another hidden layers"),
        ([(0.1, 0.1)], {"learning_rate": 0.1, "dataset": "mnist"}, False, "another data set"),
        ([(0.1, 0.1)], {"learning_rate": 0.1, "seed": 9}, True, "0.1"),
    ],
)
def test_a_rate_that_brings_the_error_to_a_third_passes(
    own: Errors, changes: dict[str, Any], is_passed: bool, part: str
) -> None:
    found = verdict("learning-rate", [(0.9, 0.9), (0.6, 0.6)], own, **changes)
    assert (found.is_passed, part in found.sentence) == (is_passed, True), found.sentence


@pytest.mark.parametrize(
    ("own", "changes", "is_passed", "part"),
    [
        ([(0.3, 0.3), (0.2, 0.21)], {"epochs": 20}, True, "near its lowest"),
        ([(0.3, 0.3), (0.2, 0.2), (0.1, 0.25)], {"l2": 0.001}, False, "still overfits"),
        ([(0.5, 0.5), (0.45, 0.45)], {"epochs": 1}, False, "not below"),
        ([(0.2, 0.2)], {"hidden_layers": [250]}, False, "Keep the network"),
    ],
)
def test_a_run_that_ends_near_its_lowest_test_error_does_not_overfit(
    own: Errors, changes: dict[str, Any], is_passed: bool, part: str
) -> None:
    found = verdict("overfitting", [(0.3, 0.25), (0.05, 0.4)], own, **changes)
    assert (found.is_passed, part in found.sentence) == (is_passed, True), found.sentence


@pytest.mark.parametrize(
    ("accuracy", "changes", "is_passed", "part"),
    [
        (0.96, {"activation": "relu", "initializer": "he"}, True, "96.0%"),
        (0.79, {"activation": "tanh"}, False, "the goal is 80%"),
        (0.96, {"activation": "relu", "hidden_layers": [32]}, False, "another hidden layers"),
        (0.96, {"activation": "relu", "optimizer": "adam"}, False, "another optimizer"),
    ],
)
def test_the_same_layers_have_to_learn_by_another_activation(
    accuracy: float, changes: dict[str, Any], is_passed: bool, part: str
) -> None:
    found = verdict("vanishing-gradients", [(2.3, 2.3)], [(0.1, 0.1)], accuracy=accuracy, **changes)
    assert (found.is_passed, part in found.sentence) == (is_passed, True), found.sentence


@pytest.mark.parametrize(
    ("own", "changes", "is_passed", "part"),
    [
        ([(0.03, 0.07)], {"dropout": 0.3}, True, "never saw"),
        ([(0.03, 0.12)], {"dropout": 0.9}, False, "has to be lower"),
        ([(0.005, 0.07)], {"epochs": 80}, False, "better in both"),
        ([(0.03, 0.07)], {"hidden_layers": [800]}, False, "Keep the network"),
    ],
)
def test_a_higher_training_error_with_a_lower_test_error_passes(
    own: Errors, changes: dict[str, Any], is_passed: bool, part: str
) -> None:
    found = verdict("test-set", [(0.01, 0.1)], own, **changes)
    assert (found.is_passed, part in found.sentence) == (is_passed, True), found.sentence


def test_a_lesson_is_found_by_one_of_its_tags() -> None:
    assert lesson_of(["class 7b", "lesson-overfitting"]) is LESSONS["overfitting"]
    assert lesson_of(["overfitting"]) is None
