"""`manage.py train_detector`: train the digit detector, and write its files into the source tree."""

from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand
from numpy.typing import NDArray

import datasets
from datasets import pen_strokes
from inference.serving import digit_detector
from nnlib import Architecture, EpochFinished, Network, Recipe, Trainer
from nnlib.data.samples import pixels

HIDDEN: Final = 128
MARKS: Final = 60_000
TEST_MARKS: Final = 5_000
# Of test digits, so many are refused wrongly; more of the marks are caught where more digits are.
REFUSED_SHARE: Final = 0.003
RECIPE: Final = Recipe(
    loss="cross_entropy",
    optimizer="adam",
    learning_rate=0.002,
    schedule="one_cycle",
    batch_size=128,
    epochs=12,
    augmentation="mild",
    seed=1,
)


class Command(BaseCommand):
    help = "Train the digit detector anew. Needs MNIST; takes some minutes."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        mnist, strokes = datasets.load("mnist"), datasets.load("pen-strokes")
        marks = pen_strokes.generate_marks(seed=1, count=MARKS).reshape(MARKS, -1)
        test_marks = pen_strokes.generate_marks(seed=2, count=TEST_MARKS).reshape(TEST_MARKS, -1)
        x, y = _labelled([mnist.x_train, strokes.x_train], marks)
        x_test, y_test = _labelled([mnist.x_test, strokes.x_test], test_marks)
        architecture = Architecture(layer_sizes=(x.shape[1], HIDDEN, 2), activation="relu", output="softmax")
        first = Network.initialised(architecture, initializer="he", rng=np.random.default_rng([RECIPE.seed, 1]))
        trainer = Trainer(first, RECIPE, x, y, x_test, y_test)
        for event in trainer.events():
            if isinstance(event, EpochFinished):
                self.stdout.write(f"epoch {event.epoch}/{RECIPE.epochs}  test accuracy {event.test_accuracy:.2%}")
        likelihoods = trainer.network.probabilities(pixels(x_test))[:, 0]
        threshold = float(np.quantile(likelihoods[y_test == 0], REFUSED_SHARE))
        facts: dict[str, float | int | str] = {
            "threshold": round(threshold, 4),
            "mnist_refused": float(np.mean(likelihoods[: len(mnist.x_test)] < threshold)),
            "pen_strokes_refused": float(np.mean(likelihoods[len(mnist.x_test) : -TEST_MARKS] < threshold)),
            "marks_refused": float(np.mean(likelihoods[-TEST_MARKS:] < threshold)),
        }
        digit_detector.save(trainer.network, facts)
        self.stdout.write(f"Wrote {digit_detector.WEIGHTS_FILE.name} and {digit_detector.FACTS_FILE.name}: {facts}")


def _labelled(digits: list[NDArray[np.uint8]], marks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """All samples, and 0 for a digit, 1 for another mark."""
    x = np.concatenate([*digits, marks])
    return x, np.repeat(np.array([0, 1], np.uint8), [len(x) - len(marks), len(marks)])
