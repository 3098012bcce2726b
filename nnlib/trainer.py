"""Trains a network and yields events; can be stopped at any event and resumed bit for bit."""

import time
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np

from nnlib.architecture import Architecture
from nnlib.arrays import LabelArray, SampleArray
from nnlib.data.augmentation import STRENGTHS, Augmentation
from nnlib.data.batches import Batch, Batches
from nnlib.data.samples import check_samples, fingerprint
from nnlib.epoch_loop import EpochLoop
from nnlib.errors import RecipeError
from nnlib.evaluation import require_matching_loss
from nnlib.events import Event
from nnlib.fast.aligned_arrays import empty_vector
from nnlib.fast.batch_descent import BatchDescent
from nnlib.fast.blocked_sgd import BlockedSGD
from nnlib.fast.descent import Descent
from nnlib.fast.dropout import draw_masks
from nnlib.fast.input_order import InputOrder
from nnlib.fast.optimizers import OPTIMIZERS
from nnlib.losses import one_hot
from nnlib.network import Network
from nnlib.parameters import Parameters
from nnlib.recipe import Recipe
from nnlib.shape import PIXELS
from nnlib.state import TrainingState, pack_state, unpack_state


class Trainer:
    """One training of one network. Iterate over `events()`; to stop, stop iterating.

    Args:
        network: Its parameters are the initial ones; left unchanged.
        recipe: How to train.
        x_train: `(n, inputs)` uint8 in 0..255, which may be a memory map, or float32 in [0, 1].
        y_train: `(n,)` integer labels.
        x_test: As `x_train`; evaluated after every epoch.
        y_test: As `y_train`.
        validation: Samples as `x_train` and labels, held out of the training samples; evaluated after every epoch, and
            all that `patience` and `keep` look at.
        state: What `state()` returned, to resume from there.
        clock: Seconds; tests pass their own.

    Raises:
        RecipeError: If the recipe does not match the network.
        ShapeError, DataError: If the data do not match the network.
        StateError: If the state belongs to another network, recipe or data set.
    """

    def __init__(  # noqa: PLR0917 (network, recipe, training data, test data)
        self,
        network: Network,
        recipe: Recipe,
        x_train: SampleArray,
        y_train: LabelArray,
        x_test: SampleArray,
        y_test: LabelArray,
        *,
        validation: tuple[SampleArray, LabelArray] | None = None,
        state: dict[str, Any] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        require_matching_loss(network, recipe.loss)
        check_samples(network.architecture, x_train, y_train, name="training")
        check_samples(network.architecture, x_test, y_test, name="test")
        if validation is not None:
            check_samples(network.architecture, *validation, name="validation")
        self._architecture, self._recipe = network.architecture, recipe
        # Reordering copies the data: cheap for bytes; for float32 four times as large.
        # Convolutions need the pixels in their places.
        count, convolutions = network.architecture.inputs, network.architecture.convolutions
        by_use = x_train.dtype == np.uint8 and not convolutions
        self._order = InputOrder.by_use(x_train) if by_use else InputOrder.natural(count)
        self._data = fingerprint(x_train, y_train, self._order)
        augmentation = _augmentation(recipe, network.architecture, self._order)
        self._parameters = Parameters(network.architecture, empty_vector(network.flat.size))
        self._parameters.flat[:] = network.flat
        if not convolutions:
            self._parameters.weights[0][:] = self._order.arrange(network.weights[0])
        # Weights of inputs that are always 0 have no gradient, unless distortion or weight decay gives them one.
        has_idle = augmentation is None and recipe.l2 == 0
        idle = self._order.idle * network.architecture.layer_sizes[1] if has_idle else 0
        idle -= idle % 16  # the rest starts at a cache line of 64 bytes
        self._optimizer = OPTIMIZERS[recipe.optimizer](network.architecture.parameter_count - idle)
        self._descent: Descent = (
            BlockedSGD(network.architecture, self._parameters, recipe)
            if BlockedSGD.suits(network.architecture, recipe)
            else BatchDescent(network.architecture, self._parameters, self._optimizer, recipe, idle=idle)
        )
        batches = Batches(
            x_train,
            y_train,
            input_order=self._order,
            augmentation=augmentation,
            seed=recipe.seed,
            rows=self._descent.rows,
            in_sequence=self._descent.in_sequence,
        )
        self._targets = one_hot(network.architecture.outputs)
        self._loop = EpochLoop(self, recipe, batches, (x_test, y_test), validation=validation, clock=clock)
        if state is not None:
            self._restore(state)

    @property
    def network(self) -> Network:
        """A copy of the current network."""
        first, *others = self._parameters.weights
        if not self._architecture.convolutions:
            first = self._order.put_back(first)
        return Network(self._architecture, [first, *others], self._parameters.biases)

    @property
    def kept(self) -> Network:
        """A copy of the network that the training has to show: see `Recipe.keep`."""
        return self._loop.kept

    def events(self) -> Generator[Event, None, None]:
        """Train and yield events; the last one is `TrainingFinished`.

        Raises:
            NonFiniteError: If the error becomes NaN or infinite.
        """
        return self._loop.events()

    def state(self) -> dict[str, Any]:
        """Everything needed to resume exactly, as plain values and copies of arrays.

        Valid before training and whenever `events()` is suspended at an event.
        """
        return pack_state(
            TrainingState(
                architecture=self._architecture,
                recipe=self._recipe,
                data=self._data,
                parameters=self._parameters.flat.copy(),
                optimizer=self._optimizer.state(),
                **self._loop.state(),
            )
        )

    def learn(self, batch: Batch, rates: Sequence[float], rng: np.random.Generator) -> tuple[float, int]:
        """See `Learner`."""
        hidden = self._architecture.layer_sizes[1:-1]
        masks = draw_masks(hidden, rows=len(batch.labels), dropout=self._recipe.dropout, rng=rng)
        targets = self._targets[batch.labels]
        with np.errstate(over="ignore", invalid="ignore"):  # the loop raises NonFiniteError
            return self._descent.learn(batch.x, batch.first, targets, rates, masks)

    def _restore(self, state: dict[str, Any]) -> None:
        saved = unpack_state(state, architecture=self._architecture, recipe=self._recipe, data=self._data)
        self._parameters.flat[:] = saved.parameters
        self._optimizer.restore(saved.optimizer)
        self._loop.restore(generator=saved.generator, progress=saved.progress, best=saved.best)


def _augmentation(recipe: Recipe, architecture: Architecture, order: InputOrder) -> Augmentation | None:
    if recipe.augmentation == "none":
        return None
    if architecture.inputs != PIXELS:
        raise RecipeError(f"augmentation needs {PIXELS} inputs, one per pixel, got {architecture.inputs}")
    return Augmentation(STRENGTHS[recipe.augmentation], order)
