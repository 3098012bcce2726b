"""The lessons: what each is about, its prepared run and its check; the texts are in `templates/training/lessons`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import datasets
from training.configuration.run_config import RunConfig
from training.lessons import checks
from training.lessons.checks import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson; its text is the template of its name, its `fields` the configuration of the prepared run.

    Attributes:
        slug: its part of the address, and of the tag of its runs.
        title: the terms that it explains.
        summary: one sentence for the list.
        terms: entries of the glossary.
        seconds: about how long the prepared run takes on two cores.
        check: judges a run of the learner by the prepared one.
    """

    slug: str
    title: str
    summary: str
    terms: tuple[str, ...]
    fields: dict[str, Any]
    seconds: int
    check: Callable[[Outcome, Outcome], Verdict]

    @property
    def tag(self) -> str:
        """The tag by which its runs are found; "Run again with changes" keeps it."""
        return f"lesson-{self.slug}"

    @property
    def configuration(self) -> RunConfig:
        """That of the prepared run, on a data set that can be had here."""
        return RunConfig.model_validate({**self.fields, "dataset": datasets.default_key()})

    def is_prepared(self, config: Mapping[str, Any]) -> bool:
        """Whether a stored configuration is that of the prepared run, on whichever data set."""
        own = self.configuration.as_json()
        return all(config.get(name) == value for name, value in own.items() if name != "dataset")


_ALL: Final = (
    Lesson(
        slug="learning-rate",
        title="Learning rate and error",
        summary="Why a network learns slowly with small steps, and nothing with large ones.",
        terms=("Learning rate", "Error (loss)", "Gradient descent", "Learning curve"),
        fields={
            "hidden_layers": [32],
            "optimizer": "sgd",
            "learning_rate": 0.001,
            "batch_size": 32,
            "epochs": 5,
        },
        seconds=5,
        check=checks.check_rate,
    ),
    Lesson(
        slug="overfitting",
        title="Overfitting",
        summary="What happens when sixteen neurons see the same images five hundred times.",
        terms=("Overfitting", "Regularization", "Early stopping", "Augmentation"),
        fields={"hidden_layers": [16], "learning_rate": 0.003, "epochs": 500},
        seconds=150,
        check=checks.check_overfitting,
    ),
    Lesson(
        slug="vanishing-gradients",
        title="Activation functions and vanishing gradients",
        summary="Why six layers of sigmoid learn nothing, and what to use instead.",
        terms=("Activation function", "Vanishing gradient", "Backpropagation", "Weight initialization"),
        fields={
            "hidden_layers": [32] * 6,
            "activation": "sigmoid",
            "initializer": "xavier",
            "optimizer": "sgd",
            "learning_rate": 0.1,
            "batch_size": 32,
            "epochs": 5,
        },
        seconds=8,
        check=checks.check_activation,
    ),
    Lesson(
        slug="test-set",
        title="Why a test set",
        summary="Of two networks, the one that makes fewer mistakes in training is not always the better one.",
        terms=("Test set", "Overfitting", "Dropout", "Accuracy"),
        fields={"hidden_layers": [250], "learning_rate": 0.002, "batch_size": 128, "epochs": 15},
        seconds=20,
        check=checks.check_test_set,
    ),
)

LESSONS: Final[Mapping[str, Lesson]] = {lesson.slug: lesson for lesson in _ALL}
"""The lessons in their order, by their part of the address."""


def lesson_of(tags: Collection[str]) -> Lesson | None:
    """The lesson that one of the tags belongs to."""
    return next((lesson for lesson in LESSONS.values() if lesson.tag in tags), None)
