"""Networks are cached by bytes, and what is evicted is freed."""

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from inference.model_files.pickle.network_pickle import network_to_bytes
from inference.registry import services
from inference.serving.network_cache import NetworkCache
from tests.inference.conftest import Draw

pytestmark = pytest.mark.django_db
HIDDEN = 16
NETWORK_BYTES = 4 * ((784 + 1) * HIDDEN + (HIDDEN + 1) * 10)


@pytest.fixture
def versions(model_store: Path, draw_network: Draw) -> list[int]:
    """Five imported versions of different weights."""
    files = [network_to_bytes(draw_network(HIDDEN, seed=seed)) for seed in range(5)]
    return [services.import_version(data).number for data in files]


def test_no_more_bytes_are_kept_than_the_cache_has_room_for(versions: list[int]) -> None:
    cache = NetworkCache(max_bytes=2 * NETWORK_BYTES)
    networks: list[Any] = [weakref.ref(cache.get(number).network) for number in versions]
    gc.collect()
    assert [network() is not None for network in networks] == [False, False, False, True, True]


def test_a_network_larger_than_the_cache_is_used_and_not_kept(versions: list[int]) -> None:
    cache = NetworkCache(max_bytes=NETWORK_BYTES - 1)
    network = weakref.ref(cache.get(versions[0]).network)
    gc.collect()
    assert network() is None
    assert cache.known(versions[0]) == (None, True)
    assert cache.get(versions[0]).number == versions[0]
