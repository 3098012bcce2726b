"""Where Redis listens, and how each library spells that."""

from pathlib import Path

import pytest

from digitlab.processes import redis_address


@pytest.mark.parametrize(
    ("url", "celerys"),
    [
        ("redis://host:6379/1", "redis://host:6379/1"),
        ("rediss://user:pw@host/0", "rediss://user:pw@host/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2"),
    ],
)
def test_celery_gets_the_address_in_its_own_spelling(url: str, celerys: str) -> None:
    assert redis_address.celery_url(url) == celerys


def test_the_socket_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert redis_address.embedded_socket(Path("/data")) == Path("/data/redis/redis.sock")


@pytest.mark.parametrize("folder", ["/" + "x" * 200, "/" + "é" * 60])
def test_a_folder_too_deep_for_a_socket_gets_one_that_is_short_enough(folder: str) -> None:
    socket = redis_address.embedded_socket(Path(folder))
    assert len(str(socket).encode()) <= redis_address.SOCKET_PATH_LIMIT
    assert socket != redis_address.embedded_socket(Path(folder + "y"))
