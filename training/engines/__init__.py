"""The engines: our own network, and TensorFlow's Keras as the reference. Both emit the same events."""

import importlib.util
from collections.abc import Iterator
from typing import Any, Protocol

from datasets import Dataset
from nnlib import Event, Network, Trainer
from training.configuration.run_config import RunConfig


class Training(Protocol):
    """One training of one network; to stop, stop iterating."""

    @property
    def network(self) -> Network:
        """A copy of the network as it is now."""
        ...

    def events(self) -> Iterator[Event]:
        """Train on, yielding events; the last one is `TrainingFinished`."""
        ...

    def state(self) -> dict[str, Any]:
        """Plain values from which the training goes on exactly; valid at every event."""
        ...


def new_training(config: RunConfig, network: Network, data: Dataset, state: dict[str, Any] | None) -> Training:
    """The training that a configuration describes, from `network` or from where `state` was taken.

    Raises:
        NnlibError: the state does not fit.
    """
    if config.engine == "keras":
        from training.engines.keras import KerasTrainer  # noqa: PLC0415 -- TensorFlow costs seconds and 600 MB

        return KerasTrainer(network, config.recipe(), data.x_train, data.y_train, data.x_test, data.y_test, state=state)
    return Trainer(network, config.recipe(), data.x_train, data.y_train, data.x_test, data.y_test, state=state)


def is_available(engine: str) -> bool:
    """Whether what the engine needs is installed; nothing is imported."""
    return engine != "keras" or importlib.util.find_spec("tensorflow") is not None


def libraries(engine: str) -> tuple[str, ...]:
    """The packages whose versions go with a network of this engine."""
    return ("keras",) if engine == "keras" else ()
