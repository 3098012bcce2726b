"""Networks that a process answers with: loaded once and kept, and what numbers and aliases mean just now."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from inference.registry.selectors import resolve, temperature_of
from inference.registry.services import load_network
from inference.registry.snapshots import network_at
from nnlib import Network

# How long a process believes what a number or an alias means before it asks the database again.
MEANING_SECONDS: Final = 1.0
# From when on it is worth asking again, so that those who ask all the time never wait.
REFRESH_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A version's number, its network, and the temperature that makes its probabilities honest; 1 where unknown."""

    number: int
    network: Network
    temperature: float = 1.0


class NetworkCache:
    """The networks that this process answers with, least recently used first to go; safe in threads."""

    def __init__(self, *, most: int = 32) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._networks: OrderedDict[str, Network] = OrderedDict()
        self._meanings: dict[int | str, tuple[float, LoadedVersion]] = {}

    def known(self, name: int | str) -> tuple[LoadedVersion | None, bool]:
        """What `name` means, if that was asked a moment ago, and whether to ask again; touches no database."""
        found = self._meanings.get(name)
        age = MEANING_SECONDS if found is None else time.monotonic() - found[0]
        return found[1] if found is not None and age < MEANING_SECONDS else None, age >= REFRESH_SECONDS

    def get(self, name: int | str) -> LoadedVersion:
        """What `name` means, from the database if need be.

        Raises:
            VersionNotFoundError, ArtifactError: as `look_up`.
        """
        return self.known(name)[0] or self.look_up(name)

    def look_up(self, name: int | str) -> LoadedVersion:
        """What `name` means by the database; `3@5` is version 3 as it was after epoch 5.

        Raises:
            VersionNotFoundError: it means no version.
            ArtifactError: the version's model file cannot be used.
        """
        asked_at = time.monotonic()
        base, at, epoch = str(name).partition("@")
        version = resolve(base)
        key = f"{version.sha256}{at}{epoch}"
        with self._lock:
            network = self._networks.pop(key, None)
        if network is None:
            network = network_at(version, epoch) if at else load_network(version)
        loaded = LoadedVersion(version.number, network, temperature_of(version))
        with self._lock:
            self._networks[key] = network
            while len(self._networks) > self._most:
                self._networks.popitem(last=False)
            if len(self._meanings) > 4 * self._most:
                self._meanings.clear()
            self._meanings[name] = (asked_at, loaded)
        return loaded
