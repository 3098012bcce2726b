"""The loop over epochs, for any learner: sample order, learning rate, errors, events, early stopping."""

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, Protocol

import numpy as np

from nnlib.arrays import Float32Array, LabelArray, SampleArray
from nnlib.data.batches import Batch, Batches
from nnlib.errors import DataError, NonFiniteError, RecipeError, StateError
from nnlib.evaluation import evaluate
from nnlib.events import BatchProgress, EpochFinished, Event, TrainingFinished
from nnlib.network import Network
from nnlib.progress import Progress
from nnlib.recipe import Recipe
from nnlib.schedules import SCHEDULES

SECONDS_BETWEEN_EVENTS = 0.05


class Learner(Protocol):
    """Takes the steps of a training."""

    @property
    def network(self) -> Network:
        """A copy of the current network."""
        ...

    def learn(self, batch: Batch, rates: Sequence[float], rng: np.random.Generator) -> tuple[float, int]:
        """Train on some samples, in `len(rates)` steps.

        Args:
            batch: The samples.
            rates: Learning rate of every step.
            rng: Draws everything that is random in a step.

        Returns:
            The summed error, before each step, and the number of correct predictions.
        """
        ...


class EpochLoop:
    """Runs the epochs of a learner and counts them.

    Args:
        learner: Takes the steps.
        recipe: Number of epochs, sample order, learning rate, early stopping.
        batches: Of the training data.
        test: Samples `(n, inputs)` and labels `(n,)`, evaluated after every epoch.
        validation: As `test`, held out of the training samples; they decide on early stopping and on what is kept.
        clock: Seconds.
    """

    def __init__(
        self,
        learner: Learner,
        recipe: Recipe,
        batches: Batches,
        test: tuple[SampleArray, LabelArray],
        *,
        validation: tuple[SampleArray, LabelArray] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if recipe.keep == "best" and validation is None:
            raise RecipeError("keep='best' needs validation samples: what is kept is chosen by them")
        self._learner, self._recipe, self._batches, self._clock = learner, recipe, batches, clock
        self._test, self._validation = test, validation
        self._best: Network | None = None
        self._generator = np.random.Generator(np.random.PCG64(recipe.seed))
        self._progress = Progress()
        self._steps = recipe.epochs * math.ceil(len(batches) / recipe.batch_size)

    def events(self) -> Generator[Event, None, None]:
        """Train and yield events; the last one is `TrainingFinished`.

        Raises:
            NonFiniteError: If the error becomes NaN or infinite.
        """
        while self._progress.reason is None:
            yield from self._learn_epoch()
            yield self._finish_epoch()
        yield TrainingFinished(self._progress.reason)

    @property
    def kept(self) -> Network:
        """The network that the training has to show: the current one, or that of the lowest validation error."""
        return self._best or self._learner.network

    def state(self) -> dict[str, Any]:
        """`generator`, `progress` and `best` as plain values; valid whenever `events()` is suspended at an event."""
        return {
            "generator": self._generator.bit_generator.state,
            "progress": self._progress.state(),
            "best": None if self._best is None else self._best.flat.copy(),
        }

    def restore(self, *, generator: Any, progress: Any, best: Float32Array | None) -> None:
        """Continue from what `state` returned.

        Raises:
            StateError: If either is invalid.
        """
        restored = Progress.restored(progress, samples=len(self._batches))
        try:
            self._generator.bit_generator.state = generator
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the state of the random generator is invalid: {error!r}") from error
        self._progress = restored
        self._best = None if best is None else Network.from_flat(self._learner.network.architecture, best)

    def _learn_epoch(self) -> Iterator[BatchProgress]:
        progress, total = self._progress, len(self._batches)
        if progress.position == 0 and self._recipe.shuffle:
            progress.order = self._generator.permutation(total)
        since = notified = self._clock()
        with closing(self._batches.epoch(progress.epoch + 1, order=progress.order, start=progress.position)) as batches:
            for batch in batches:
                self._learn_batch(batch)
                now = self._clock()
                progress.seconds += now - since
                since = now
                if now - notified >= SECONDS_BETWEEN_EVENTS:
                    yield BatchProgress(
                        progress.epoch + 1, progress.position / total, progress.error_sum / progress.position
                    )
                    # The consumer's time does not count.
                    since = notified = self._clock()

    def _learn_batch(self, batch: Batch) -> None:
        progress = self._progress
        steps = math.ceil(len(batch.labels) / self._recipe.batch_size)
        rates = [self._learning_rate(progress.steps + step) for step in range(steps)]
        error, correct = self._learner.learn(batch, rates, self._generator)
        if not math.isfinite(error):
            raise NonFiniteError(error=error, epoch=progress.epoch + 1, learning_rate=rates[0])
        progress.position += len(batch.labels)
        progress.error_sum += error
        progress.correct += correct
        progress.steps += steps

    def _finish_epoch(self) -> EpochFinished:
        progress, recipe, total = self._progress, self._recipe, len(self._batches)
        started = self._clock()
        rate = self._learning_rate(progress.steps - 1)
        try:
            network = self._learner.network
        except DataError as error:  # a weight is not finite
            raise NonFiniteError(error=math.nan, epoch=progress.epoch + 1, learning_rate=rate) from error
        test = evaluate(network, *self._test, loss=recipe.loss)
        held_out = None if self._validation is None else evaluate(network, *self._validation, loss=recipe.loss)
        event = EpochFinished(
            epoch=progress.epoch + 1,
            train_error=progress.error_sum / total,
            train_accuracy=progress.correct / total,
            validation_error=None if held_out is None else held_out.error,
            validation_accuracy=None if held_out is None else held_out.accuracy,
            test_error=test.error,
            test_accuracy=test.accuracy,
            learning_rate=rate,
            seconds=progress.seconds + self._clock() - started,
        )
        progress.close_epoch(train_error=event.train_error, validation_error=event.validation_error, recipe=recipe)
        if recipe.keep == "best" and progress.is_best:
            self._best = network
        return event

    def _learning_rate(self, step: int) -> float:
        return self._recipe.learning_rate * SCHEDULES[self._recipe.schedule](step / self._steps)
