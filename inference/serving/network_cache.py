"""The networks that a process predicts with, and which version a number or an alias means at the moment."""

import threading
import time
import weakref
from dataclasses import dataclass
from typing import Final, NamedTuple

from cachetools import LRUCache

from inference.registry.selectors import resolve, temperature_of
from inference.registry.services import load_network
from inference.registry.snapshots import network_at
from nnlib import Network

MAX_BYTES: Final = 256 * 1024 * 1024
"""Of all parameters of the cached networks; a network of 784-250-10 has 0.8 MB, the largest allowed one 40 MB."""
MAX_NAMES: Final = 1024
# How long the meaning of a number or an alias is cached.
MEANING_SECONDS: Final = 1.0
# The age from which it is refreshed, so that frequent requests never wait for the database.
REFRESH_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A version's number, its network, and the temperature that calibrates its probabilities; 1 where unknown."""

    number: int
    network: Network
    temperature: float = 1.0


class _Meaning(NamedTuple):
    """What a name meant at a time; the reference is weak, so that a meaning keeps no evicted network in memory."""

    looked_up_at: float
    network: weakref.ref[Network]
    number: int
    temperature: float


class NetworkCache:
    """The networks that this process predicts with, at most `max_bytes`; the least recently used is evicted first.

    Safe in threads.
    """

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._networks: LRUCache[str, Network] = LRUCache(max_bytes, getsizeof=lambda network: network.flat.nbytes)
        # A plain dictionary: every prediction reads it, and only a lookup writes it.
        self._meanings: dict[int | str, _Meaning] = {}

    def known(self, name: int | str) -> tuple[LoadedVersion | None, bool]:
        """The version that `name` means, if it is cached, and whether to refresh it; the database is not used."""
        meaning = self._meanings.get(name)
        if meaning is None:
            return None, True
        age, network = time.monotonic() - meaning.looked_up_at, meaning.network()
        if network is None or age >= MEANING_SECONDS:
            return None, True
        return LoadedVersion(meaning.number, network, meaning.temperature), age >= REFRESH_SECONDS

    def get(self, name: int | str) -> LoadedVersion:
        """The version that `name` means, from the database if it is not cached.

        Raises:
            VersionNotFoundError, ArtifactError: as `look_up`.
        """
        return self.known(name)[0] or self.look_up(name)

    def look_up(self, name: int | str) -> LoadedVersion:
        """The version that `name` means by the database; `3@5` is version 3 as it was after epoch 5.

        Raises:
            VersionNotFoundError: it means no version.
            ArtifactError: the version's model file cannot be used.
        """
        looked_up_at = time.monotonic()
        base, at, epoch = str(name).partition("@")
        version = resolve(base)
        key = f"{version.sha256}{at}{epoch}"
        with self._lock:
            network = self._networks.get(key)
        if network is None:
            network = network_at(version, epoch) if at else load_network(version)
        loaded = LoadedVersion(version.number, network, temperature_of(version))
        with self._lock:
            if network.flat.nbytes <= self._networks.maxsize:
                self._networks[key] = network
            if len(self._meanings) >= MAX_NAMES:
                self._meanings.clear()
            self._meanings[name] = _Meaning(looked_up_at, weakref.ref(network), loaded.number, loaded.temperature)
        return loaded
