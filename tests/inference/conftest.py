"""A place of its own for model files, and small networks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.serving.network_cache import NetworkCache
from nnlib import Architecture, Network

Draw = Callable[..., Network]


@pytest.fixture
def model_store(tmp_path: Path, settings: Any) -> Path:
    """An empty store of model files."""
    folder = tmp_path / "models"
    settings.STORAGES = {
        **settings.STORAGES,
        "models": {
            "BACKEND": "inference.registry.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": str(folder)},
        },
    }
    return folder


@pytest.fixture(autouse=True)
def fresh_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process believes nothing of what versions meant in the test before."""
    monkeypatch.setattr("inference.serving.prediction.NETWORKS", NetworkCache())


@pytest.fixture
def draw_network() -> Draw:
    """Makes a network of random weights."""

    def draw(*hidden: int, seed: int = 1, output: Any = "softmax", activation: Any = "relu") -> Network:
        architecture = Architecture((784, *(hidden or (16,)), 10), activation, output)
        return Network.initialised(architecture, initializer="he", rng=np.random.default_rng(seed))

    return draw
