"""Trains a network and tells how it goes; can be stopped at any event and continued bit for bit."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

import numpy as np

from nnlib.architecture import Architecture
from nnlib.arrays import LabelArray, SampleArray, empty_vector
from nnlib.augmentation import SIDE, STRENGTHS, Augmentation
from nnlib.batch_descent import BatchDescent
from nnlib.batches import Batch, Batches
from nnlib.delayed_descent import DelayedDescent
from nnlib.descent import Descent
from nnlib.dropout import draw_masks
from nnlib.errors import NonFiniteError, RecipeError, StateError
from nnlib.evaluation import evaluate, require_matching_loss
from nnlib.events import BatchProgress, EpochFinished, Event, TrainingFinished
from nnlib.input_order import InputOrder
from nnlib.losses import one_hot
from nnlib.network import Network
from nnlib.optimizers import OPTIMIZERS
from nnlib.parameters import Parameters
from nnlib.progress import Progress
from nnlib.recipe import Recipe
from nnlib.samples import check_samples, fingerprint
from nnlib.schedules import SCHEDULES
from nnlib.state import TrainingState, pack_state, unpack_state

SECONDS_BETWEEN_EVENTS = 0.05


class Trainer:
    """One training of one network. Iterate over `events()`; to stop, stop iterating.

    Args:
        network: Where to start from; left as it is.
        recipe: How to train.
        x_train: `(n, inputs)` uint8 in 0..255, which may be a memory map, or float32 in [0, 1].
        y_train: `(n,)` integer labels.
        x_test: As `x_train`; looked at after every epoch.
        y_test: As `y_train`.
        state: What `state()` returned, to continue from there.
        clock: Seconds; tests pass their own.

    Raises:
        RecipeError: If the recipe does not suit the network.
        ShapeError, DataError: If the data do not.
        StateError: If the state is of another network, recipe or data.
    """

    def __init__(  # noqa: PLR0917 (network, recipe and data, in the order one thinks of them)
        self,
        network: Network,
        recipe: Recipe,
        x_train: SampleArray,
        y_train: LabelArray,
        x_test: SampleArray,
        y_test: LabelArray,
        *,
        state: dict[str, Any] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        require_matching_loss(network, recipe.loss)
        check_samples(network.architecture, x_train, y_train, name="training")
        check_samples(network.architecture, x_test, y_test, name="test")
        self._architecture, self._recipe, self._clock = network.architecture, recipe, clock
        self._test = (x_test, y_test)
        # Bytes are arranged in a copy; float32 would cost four times as much memory.
        count = network.architecture.inputs
        self._order = InputOrder.by_use(x_train) if x_train.dtype == np.uint8 else InputOrder.natural(count)
        self._data = fingerprint(x_train, y_train, self._order)
        augmentation = _augmentation(recipe, network.architecture, self._order)
        self._parameters = Parameters(network.architecture, empty_vector(network.flat.size))
        self._parameters.flat[:] = network.flat
        self._parameters.weights[0][:] = self._order.arrange(network.weights[0])
        still = augmentation is None and recipe.l2 == 0
        idle = self._order.idle * network.architecture.layer_sizes[1] if still else 0
        idle -= idle % 16  # what moves begins with a cache line of 64 bytes
        self._optimizer = OPTIMIZERS[recipe.optimizer](network.architecture.parameter_count - idle)
        self._descent: Descent = (
            DelayedDescent(network.architecture, self._parameters, recipe)
            if DelayedDescent.suits(recipe)
            else BatchDescent(network.architecture, self._parameters, self._optimizer, recipe, idle=idle)
        )
        self._batches = Batches(
            x_train,
            y_train,
            input_order=self._order,
            augmentation=augmentation,
            seed=recipe.seed,
            rows=self._descent.rows,
            in_sequence=self._descent.in_sequence,
        )
        self._targets = one_hot(network.architecture.outputs)
        self._generator = np.random.Generator(np.random.PCG64(recipe.seed))
        self._progress = Progress()
        self._steps = recipe.epochs * math.ceil(len(x_train) / recipe.batch_size)
        if state is not None:
            self._restore(state)

    @property
    def network(self) -> Network:
        """A copy of the network as it is now."""
        first, *others = self._parameters.weights
        return Network(self._architecture, [self._order.put_back(first), *others], self._parameters.biases)

    def events(self) -> Generator[Event, None, None]:
        """Train on, telling what happens; the last event is `TrainingFinished`.

        Raises:
            NonFiniteError: If the error becomes NaN or infinite.
        """
        while self._progress.reason is None:
            yield from self._learn_epoch()
            yield self._finish_epoch()
        yield TrainingFinished(self._progress.reason)

    def state(self) -> dict[str, Any]:
        """Everything needed to continue exactly, as plain values and arrays of their own.

        Valid before training and whenever `events()` is suspended at an event.
        """
        return pack_state(
            TrainingState(
                architecture=self._architecture,
                recipe=self._recipe,
                data=self._data,
                parameters=self._parameters.flat.copy(),
                optimizer=self._optimizer.state(),
                generator=self._generator.bit_generator.state,
                progress=self._progress.state(),
            )
        )

    def _restore(self, state: dict[str, Any]) -> None:
        saved = unpack_state(state, architecture=self._architecture, recipe=self._recipe, data=self._data)
        self._parameters.flat[:] = saved.parameters
        self._optimizer.restore(saved.optimizer)
        try:
            self._generator.bit_generator.state = saved.generator
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the generator's state cannot be read: {error!r}") from error
        self._progress = Progress.restored(saved.progress, samples=len(self._batches))

    def _learn_epoch(self) -> Iterator[BatchProgress]:
        progress, total = self._progress, len(self._batches)
        if progress.position == 0 and self._recipe.shuffle:
            progress.order = self._generator.permutation(total)
        since = told = self._clock()
        with closing(self._batches.epoch(progress.epoch + 1, order=progress.order, start=progress.position)) as batches:
            for batch in batches:
                self._learn_batch(batch)
                now = self._clock()
                progress.seconds += now - since
                since = now
                if now - told >= SECONDS_BETWEEN_EVENTS:
                    yield BatchProgress(
                        progress.epoch + 1, progress.position / total, progress.error_sum / progress.position
                    )
                    # The consumer's time is not the epoch's.
                    since = told = self._clock()

    def _learn_batch(self, batch: Batch) -> None:
        """Move the parameters along the gradients of some samples."""
        progress, recipe = self._progress, self._recipe
        n = len(batch.labels)
        steps = math.ceil(n / recipe.batch_size)
        rates = [self._learning_rate(progress.steps + step) for step in range(steps)]
        hidden = self._architecture.layer_sizes[1:-1]
        masks = draw_masks(hidden, rows=n, dropout=recipe.dropout, rng=self._generator)
        targets = self._targets[batch.labels]
        with np.errstate(over="ignore", invalid="ignore"):  # caught below, with a remedy
            error, correct = self._descent.learn(batch.x, batch.first, targets, rates, masks)
        if not math.isfinite(error):
            raise NonFiniteError(error=error, epoch=progress.epoch + 1, learning_rate=rates[0])
        progress.position += n
        progress.error_sum += error
        progress.correct += correct
        progress.steps += steps

    def _finish_epoch(self) -> EpochFinished:
        progress, recipe, total = self._progress, self._recipe, len(self._batches)
        started = self._clock()
        rate = self._learning_rate(progress.steps - 1)
        if not np.isfinite(self._parameters.flat).all():
            raise NonFiniteError(error=math.nan, epoch=progress.epoch + 1, learning_rate=rate)
        test = evaluate(self.network, *self._test, loss=recipe.loss)
        event = EpochFinished(
            epoch=progress.epoch + 1,
            train_error=progress.error_sum / total,
            train_accuracy=progress.correct / total,
            test_error=test.error,
            test_accuracy=test.accuracy,
            learning_rate=rate,
            seconds=progress.seconds + self._clock() - started,
        )
        progress.close_epoch(train_error=event.train_error, test_error=test.error, recipe=recipe)
        return event

    def _learning_rate(self, step: int) -> float:
        return self._recipe.learning_rate * SCHEDULES[self._recipe.schedule](step / self._steps)


def _augmentation(recipe: Recipe, architecture: Architecture, order: InputOrder) -> Augmentation | None:
    if recipe.augmentation == "none":
        return None
    if architecture.inputs != SIDE * SIDE:
        raise RecipeError(f"augmentation needs {SIDE * SIDE} inputs, {SIDE} x {SIDE}, got {architecture.inputs}")
    return Augmentation(STRENGTHS[recipe.augmentation], order)
