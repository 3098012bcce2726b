"""What tests share: a real Redis for the whole of them, small data, and the running program."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.lab import Lab, store_small_pen_strokes


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> Iterator[None]:
    """The Redis that settings name for the tests' own data folder."""
    from digitlab.processes import embedded_redis, redis_address
    from weblib.redis_client import redis_client

    socket = redis_address.embedded_socket(settings.DATA_DIR)
    command = embedded_redis.command(embedded_redis.find_server(), socket, settings.DATA_DIR / "redis")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not socket.exists():
        assert process.poll() is None, "Redis did not start"
        time.sleep(0.02)
    with redis_client() as client:
        client.ping()
    yield
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def small_pen_strokes() -> None:
    """A small pen-strokes data set in the tests' own data folder."""
    store_small_pen_strokes(Path(settings.DATASETS_DIR))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One running Digit Lab for all tests that do not break it."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    store_small_pen_strokes(lab.data_dir / "datasets")
    yield lab.start()
    assert lab.stop() == 0, lab.output()
