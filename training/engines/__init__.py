"""The engines: our own network, and TensorFlow's Keras as the reference. Both emit the same events."""

import importlib.util
from collections.abc import Iterator
from typing import Any, Protocol

from datasets import Dataset, Labelled
from nnlib import Event, Network, Trainer
from training.configuration.run_config import RunConfig


class Training(Protocol):
    """One training of one network; to stop, stop iterating."""

    @property
    def network(self) -> Network:
        """A copy of the network as it is now."""
        ...

    @property
    def kept(self) -> Network:
        """A copy of the network that becomes the version: the current one, or that of the lowest validation error."""
        ...

    def events(self) -> Iterator[Event]:
        """Train on, yielding events; the last one is `TrainingFinished`."""
        ...

    def state(self) -> dict[str, Any]:
        """Plain values from which the training goes on exactly; valid at every event."""
        ...


def new_training(
    config: RunConfig, network: Network, data: Dataset, validation: Labelled | None, state: dict[str, Any] | None
) -> Training:
    """The training that a configuration describes, from `network` or from where `state` was taken.

    Args:
        config: of the run.
        network: where it begins.
        data: to learn from and to test with.
        validation: images that were held out of `data`, if any.
        state: what `Training.state` returned; None to begin.

    Raises:
        NnlibError: the state does not fit.
    """
    sets = (data.x_train, data.y_train, data.x_test, data.y_test)
    if config.engine == "keras":
        from training.engines.keras import KerasTrainer  # noqa: PLC0415 -- TensorFlow costs seconds and 600 MB

        return KerasTrainer(network, config.recipe(), *sets, validation=validation, state=state)
    return Trainer(network, config.recipe(), *sets, validation=validation, state=state)


def is_available(engine: str) -> bool:
    """Whether what the engine needs is installed; nothing is imported."""
    return engine != "keras" or importlib.util.find_spec("tensorflow") is not None


def libraries(engine: str) -> tuple[str, ...]:
    """The packages whose versions go with a network of this engine."""
    return ("keras",) if engine == "keras" else ()
