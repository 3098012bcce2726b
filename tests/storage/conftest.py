"""A full data folder (accounts, tokens, versions, paused runs, corrections) and a PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import usage
from tests import postgres
from tests.storage.place import Place
from tests.training.conftest import Submit, folders, no_cached_snapshots, redis_is_there, submit
from tests.upgrade.old_folder import unpack

__all__ = ["Submit", "folders", "no_cached_snapshots", "redis_is_there", "submit"]


@pytest.fixture(scope="session")
def old_place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The folder as an earlier release left it, with its schema."""
    path = tmp_path_factory.mktemp("old")
    unpack(path)
    return Place(path)


@pytest.fixture(scope="session")
def full_place(old_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same folder under today's schema."""
    place = old_place.copy(tmp_path_factory.mktemp("full") / "data")
    place.manage("migrate", "--verbosity=0")
    return place


@pytest.fixture(scope="session")
def archive(full_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the full folder."""
    target = tmp_path_factory.mktemp("archive") / "lab.zip"
    full_place.manage("backup", str(target))
    return target


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL."""
    if postgres.programs() is None:
        pytest.skip(postgres.NOT_FOUND)
    # Not in the tests' own folder, which its owner alone may enter.
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as name, postgres.server(Path(name)) as url:
        yield url


@pytest.fixture(autouse=True)
def no_cached_usage() -> None:
    """No test sees what another has stored."""
    usage.forget()
