"""The reference engine: the same layers, loss, optimizer, data and order of samples, trained by TensorFlow's Keras.

Import it inside a task only: TensorFlow costs seconds and 600 MB, and a process that has used it cannot fork.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from nnlib import Event, Network, Recipe, StateError
from nnlib.arrays import LabelArray, SampleArray
from nnlib.data.augmentation import STRENGTHS, Augmentation
from nnlib.data.batches import Batch, Batches
from nnlib.data.samples import fingerprint
from nnlib.epoch_loop import EpochLoop
from nnlib.fast.input_order import InputOrder
from nnlib.losses import LOSSES, one_hot

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import tensorflow as tf

FORMAT: Final = "keras-training"

_threads = int(os.environ.get("OPENBLAS_NUM_THREADS", "1"))
tf.config.threading.set_intra_op_parallelism_threads(_threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.experimental.enable_op_determinism()


class KerasTrainer:
    """Trains as `nnlib.Trainer` does and emits the same events; the steps are TensorFlow's.

    Args:
        network: Where to start from; left as it is.
        recipe: How to train.
        x_train: `(n, inputs)` uint8 in 0..255 or float32 in [0, 1].
        y_train: `(n,)` integer labels.
        x_test: As `x_train`; looked at after every epoch.
        y_test: As `y_train`.
        validation: As of `nnlib.Trainer`.
        state: What `state()` returned, to continue from there.

    Raises:
        StateError: If the state is of another training.
    """

    def __init__(  # noqa: PLR0917 -- in the order of `nnlib.Trainer`
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
    ) -> None:
        self._architecture, self._recipe = network.architecture, recipe
        order = InputOrder.natural(network.architecture.inputs)
        strength = None if recipe.augmentation == "none" else STRENGTHS[recipe.augmentation]
        batches = Batches(
            x_train,
            y_train,
            input_order=order,
            augmentation=None if strength is None else Augmentation(strength, order),
            seed=recipe.seed,
            rows=recipe.batch_size,
            in_sequence=True,
        )
        self._data = fingerprint(x_train, y_train, order)
        self._targets = one_hot(network.architecture.outputs)
        self._loop = EpochLoop(self, recipe, batches, (x_test, y_test), validation=validation)
        self._model, self._optimizer = _model(network, recipe), _optimizer(recipe)
        self._optimizer.build(self._model.trainable_variables)
        self._step = _step(self._model, self._optimizer, recipe)
        if state is not None:
            self._restore(state)

    @property
    def network(self) -> Network:
        """A copy of the network as it is now."""
        layers = [layer for layer in self._model.layers if isinstance(layer, keras.layers.Dense)]
        weights, biases = zip(*(layer.get_weights() for layer in layers), strict=True)
        return Network(self._architecture, weights, biases)

    @property
    def kept(self) -> Network:
        """A copy of the network that the training has to show: see `nnlib.Recipe.keep`."""
        return self._loop.kept

    def events(self) -> Iterator[Event]:
        """Train on, yielding events; the last one is `TrainingFinished`.

        Raises:
            NonFiniteError: If the error becomes NaN or infinite.
        """
        return self._loop.events()

    def state(self) -> dict[str, Any]:
        """Everything needed to continue exactly, as plain values; valid at every event."""
        return {
            "format": FORMAT,
            "recipe": self._recipe.as_dict(),
            "data": self._data,
            "variables": [np.asarray(variable) for variable in self._variables()],
            **self._loop.state(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        wanted = {"format": FORMAT, "recipe": self._recipe.as_dict(), "data": self._data}
        state = {**state, "recipe": Recipe.completed(state.get("recipe"))}
        for name, value in wanted.items():
            if state.get(name) != value:
                raise StateError(
                    f"the state is of another {name}: expected {value!r:.200}, got {state.get(name)!r:.200}"
                )
        variables = self._variables()
        if [variable.shape for variable in variables] != [array.shape for array in state["variables"]]:
            raise StateError("the state is of another network or optimizer")
        for variable, array in zip(variables, state["variables"], strict=True):
            variable.assign(array)
        self._loop.restore(generator=state.get("generator"), progress=state.get("progress"), best=state.get("best"))

    def _variables(self) -> list[Any]:
        """All that TensorFlow changes: weights, the states of dropout, and the optimizer's moments."""
        return [*self._model.variables, *self._optimizer.variables]

    def learn(self, batch: Batch, rates: Sequence[float], rng: np.random.Generator) -> tuple[float, int]:
        """See `nnlib.epoch_loop.Learner`; what is random in a step is drawn by TensorFlow."""
        del rng
        (rate,) = rates
        self._optimizer.learning_rate.assign(rate)
        error, correct = self._step(tf.constant(batch.x), tf.constant(self._targets[batch.labels]))
        return float(error), int(correct)


def _model(network: Network, recipe: Recipe) -> Any:
    """The network as Keras layers, with its weights."""
    architecture = network.architecture
    layers: list[Any] = [keras.Input((architecture.inputs,))]
    *hidden, outputs = architecture.layer_sizes[1:]
    for number, units in enumerate(hidden):
        layers.append(keras.layers.Dense(units, activation=architecture.activation))
        if recipe.dropout:
            layers.append(keras.layers.Dropout(recipe.dropout, seed=recipe.seed + number))
    layers.append(keras.layers.Dense(outputs, activation=architecture.output))
    model = keras.Sequential(layers)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    for layer, w, b in zip(dense, network.weights, network.biases, strict=True):
        layer.set_weights([w, b])
    return model


def _optimizer(recipe: Recipe) -> Any:
    """Keras's optimizer with the constants of `nnlib.optimizers`."""
    optimizers, rate = keras.optimizers, recipe.learning_rate
    if recipe.optimizer == "adamw":
        adamw = optimizers.AdamW(rate, weight_decay=recipe.l2, epsilon=1e-8)
        adamw.exclude_from_weight_decay(var_names=["bias"])
        return adamw
    make = {
        "sgd": lambda: optimizers.SGD(rate),
        "momentum": lambda: optimizers.SGD(rate, momentum=0.9),
        "nesterov": lambda: optimizers.SGD(rate, momentum=0.9, nesterov=True),
        # Keras adds epsilon under the root.
        "rmsprop": lambda: optimizers.RMSprop(rate, rho=0.9, epsilon=1e-16),
        "adam": lambda: optimizers.Adam(rate, epsilon=1e-8),
    }
    return make[recipe.optimizer]()


def _step(model: Any, optimizer: Any, recipe: Recipe) -> Any:
    """One step on a batch, compiled: the summed error before it, and how many samples were read right."""
    kernels = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    share, l2 = LOSSES[recipe.loss].objective_share, 0.0 if recipe.optimizer == "adamw" else recipe.l2
    is_squared = recipe.loss == "squared_error"

    def step(x: Any, targets: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            if is_squared:
                error = tf.reduce_sum(tf.square(outputs - targets))
            else:
                error = tf.reduce_sum(keras.losses.categorical_crossentropy(targets, outputs))
            objective = share * error / tf.cast(tf.shape(x)[0], tf.float32)
            if l2:
                objective += l2 * tf.add_n([tf.nn.l2_loss(kernel) for kernel in kernels])
        gradients = tape.gradient(objective, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        hits = tf.equal(tf.argmax(outputs, axis=1), tf.argmax(targets, axis=1))
        return error, tf.reduce_sum(tf.cast(hits, tf.int32))

    inputs, classes = model.input_shape[1], model.output_shape[1]
    signature = [tf.TensorSpec((None, inputs), tf.float32), tf.TensorSpec((None, classes), tf.float32)]
    return tf.function(step, input_signature=signature)
