"""Folders of their own for each test, and runs that take a moment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.registry import snapshots
from training.configuration.run_config import RunConfig
from training.messaging import circuit_breaker
from training.models import Run
from training.runs import services
from training.worker import shutdown

Submit = Callable[..., Run]
SMALL = {"dataset": "pen-strokes", "hidden_layers": [16], "epochs": 2, "batch_size": 32, "seed": 7}


@pytest.fixture
def folders(tmp_path: Path, settings: Any, small_pen_strokes: None) -> Path:
    """Checkpoints and model files in a folder of this test's own; data sets are shared."""
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.STORAGES = {
        **settings.STORAGES,
        "models": {
            "BACKEND": "inference.registry.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "models")},
        },
    }
    return tmp_path


@pytest.fixture
def submit(folders: Path, transactional_db: None) -> Submit:
    """Writes down a small run that no worker is told of."""

    def submit_small(**fields: Any) -> Run:
        return services.submit_run(RunConfig.model_validate({**SMALL, **fields}), enqueue=False)

    return submit_small


@pytest.fixture(autouse=True)
def redis_is_there() -> None:
    """No test learns from another that Redis is away."""
    circuit_breaker.reset()


@pytest.fixture(autouse=True)
def no_shutdown() -> Iterator[None]:
    """No test leaves a request to shut down behind."""
    yield
    shutdown.withdraw()


@pytest.fixture(autouse=True)
def no_cached_snapshots() -> None:
    """No test gets a file from the cache that another test has read: its name is the hash of its content."""
    snapshots._cache.clear()
