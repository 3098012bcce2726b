"""Whether a learner's run solves the task of a lesson: pure functions of two runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from training.runs.messages import EpochJson
from weblib import labels

RATE_SHARE: Final = 1 / 3
"""Of the prepared run's training error: what a suitable learning rate gets below in the same epochs."""
RISE: Final = 1.05
"""A test error at the end of less than 5 % above its lowest is no overfitting (see `inference.registry.findings`)."""
LEARNED: Final = 0.8
"""A test accuracy that a network whose first layers learn reaches in a few epochs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a completed run had as configuration and what its epochs gave, in order and at least one."""

    config: dict[str, Any]
    epochs: list[EpochJson]

    @property
    def last(self) -> EpochJson:
        """The numbers at the end."""
        return self.epochs[-1]

    @property
    def lowest_test_error(self) -> float:
        """Of all epochs."""
        return min(epoch["test_error"] for epoch in self.epochs)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a run solves a task, and why, in a sentence with its numbers."""

    is_passed: bool
    sentence: str


def check_rate(prepared: Outcome, own: Outcome) -> Verdict:
    """Another learning rate alone brings the training error to a third in the same number of epochs."""
    if changed := _changed(prepared, own, allowed=["learning_rate"]):
        return _failed(f"Change the learning rate alone; this run has another {changed}.")
    goal, reached = RATE_SHARE * prepared.last["train_error"], own.last["train_error"]
    if reached <= goal:
        return Verdict(is_passed=True, sentence=f"The training error ended at {reached:.3g}; {goal:.3g} was the goal.")
    is_larger = own.config["learning_rate"] > prepared.config["learning_rate"]
    if is_larger and reached >= prepared.last["train_error"]:
        return _failed(f"The training error ended at {reached:.3g}: these steps are too large and miss the minimum.")
    return _failed(f"The training error ended at {reached:.3g}; the goal is {goal:.3g} or less.")


def check_overfitting(prepared: Outcome, own: Outcome) -> Verdict:
    """The same network ends at its lowest test error, and below that of the prepared run."""
    if changed := _changed(prepared, own, required=["hidden_layers"]):
        return _failed(f"Keep the network; this run has another {changed}.")
    end, lowest, goal = own.last["test_error"], own.lowest_test_error, prepared.last["test_error"]
    if end > RISE * lowest:
        return _failed(f"The test error rose from {lowest:.3g} to {end:.3g}: this run still overfits.")
    if end >= goal:
        return _failed(f"The test error did not rise, but ended at {end:.3g}, not below {goal:.3g} as it should.")
    return Verdict(is_passed=True, sentence=f"The test error ended at {end:.3g}, near its lowest ({lowest:.3g}).")


def check_activation(prepared: Outcome, own: Outcome) -> Verdict:
    """The same layers learn with another activation function."""
    if changed := _changed(prepared, own, allowed=["activation", "initializer"]):
        return _failed(f"Change activation and weight initialization alone; this run has another {changed}.")
    accuracy = own.last["test_accuracy"]
    if accuracy < LEARNED:
        return _failed(f"The test accuracy ended at {accuracy:.1%}; the goal is {LEARNED:.0%}.")
    return Verdict(is_passed=True, sentence=f"The same layers now reach {accuracy:.1%} of the test images.")


def check_test_set(prepared: Outcome, own: Outcome) -> Verdict:
    """The training error is higher than that of the prepared run, and the test error lower."""
    if changed := _changed(prepared, own, required=["hidden_layers"]):
        return _failed(f"Keep the network; this run has another {changed}.")
    trained, tested = own.last["train_error"], own.last["test_error"]
    words = f"Training error {trained:.3g} (prepared: {prepared.last['train_error']:.3g}), test error {tested:.3g} "
    words += f"(prepared: {prepared.last['test_error']:.3g})"
    if tested >= prepared.last["test_error"]:
        return _failed(f"{words}: the test error has to be lower.")
    if trained <= prepared.last["train_error"]:
        return _failed(f"{words}: better in both; the task is one with a higher training error.")
    return Verdict(is_passed=True, sentence=f"{words}: worse on what it learned from, better on what it never saw.")


def _failed(sentence: str) -> Verdict:
    return Verdict(is_passed=False, sentence=sentence)


def _changed(
    prepared: Outcome, own: Outcome, *, allowed: Iterable[str] | None = None, required: Iterable[str] = ()
) -> str:
    """The title of a field that differs and must not, "" if there is none; data and loss must always agree.

    Args:
        prepared: the run to compare with.
        own: the learner's.
        allowed: the only fields that may differ, besides the seed; None for all but `required`.
        required: the fields that must agree where `allowed` is None.
    """
    fixed = {"dataset", "loss", *required} if allowed is None else prepared.config.keys() - {*allowed, "seed"}
    differing = [name for name in prepared.config if name in fixed and own.config.get(name) != prepared.config[name]]
    return labels.field_title(differing[0]).lower() if differing else ""
