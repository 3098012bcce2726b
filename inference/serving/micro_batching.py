"""Micro-batching: predictions for many concurrent requests in one event loop.

Rows that arrive together go through a network together: sixteen take four times as long as one, since the weights are
read from memory once. A row's probabilities may differ by 1e-7 with the batch it was in.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
from channels.db import database_sync_to_async

from inference.serving import prediction
from inference.serving.network_cache import LoadedVersion
from inference.serving.prediction import PredictRequest, answer, reply_of
from nnlib import Network
from nnlib.arrays import Float32Array

_Asked = list[tuple[Float32Array, "asyncio.Future[Float32Array]"]]


class MicroBatcher:
    """Answers requests of one event loop at a time; a loop that follows another starts anew."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked: dict[Network, _Asked] = {}
        self._lookups: dict[int | str, asyncio.Task[LoadedVersion]] = {}

    async def reply(self, request: PredictRequest) -> dict[str, Any]:
        """What each version reads, for `prediction.encoded`; in a thread where that takes long.

        Raises:
            InkError, VersionNotFoundError, ArtifactError: as their messages say.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._asked, self._lookups = loop, {}, {}
        versions = [await self._version(name) for name in request.versions]
        if _takes_long(request, versions):
            return await asyncio.to_thread(answer, request, versions)
        x = request.seen()
        passes = [self._probabilities(version.network, x, loop) for version in versions]
        return reply_of(request, x, [(version, await rows) for version, rows in zip(versions, passes, strict=True)])

    async def _version(self, name: int | str) -> LoadedVersion:
        """The version that `name` means; concurrent lookups share one query."""
        version, is_due = prediction.NETWORKS.known(name)
        if (version is None or is_due) and name not in self._lookups:
            self._lookups[name] = lookup = asyncio.create_task(_look_up(name))
            lookup.add_done_callback(lambda done: self._forget(name, done))
        # Shielded: a cancelled request must not cancel the lookup of the others.
        return await asyncio.shield(self._lookups[name]) if version is None else version

    def _forget(self, name: int | str, lookup: "asyncio.Task[LoadedVersion]") -> None:
        del self._lookups[name]
        if not lookup.cancelled():
            lookup.exception()  # marks it as retrieved: the waiters have it, and the next request looks up again

    def _probabilities(
        self, network: Network, x: Float32Array, loop: asyncio.AbstractEventLoop
    ) -> "asyncio.Future[Float32Array]":
        """`(1, outputs)` of `x` `(1, inputs)`, once all requests of this turn of the loop have come."""
        future: asyncio.Future[Float32Array] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._pass)
        self._asked.setdefault(network, []).append((x, future))
        return future

    def _pass(self) -> None:
        asked_of, self._asked = self._asked, {}
        for network, asked in asked_of.items():
            _pass_through(network, asked)


def _takes_long(request: PredictRequest, versions: Sequence[LoadedVersion]) -> bool:
    """Whether the answer would block the event loop: an image, rows, or many internals."""
    looks_inside = request.inside is not None and not all(request.inside.is_quick(one.network) for one in versions)
    return looks_inside or request.image is not None or request.has_rows


def _pass_through(network: Network, asked: _Asked) -> None:
    rows = np.concatenate([x for x, _ in asked])
    try:
        probabilities = network.probabilities(rows)
    except Exception as error:  # the boundary: each waiting task receives the error
        for _, future in asked:
            if not future.done():
                future.set_exception(error)
        return
    for number, (_, future) in enumerate(asked):
        if not future.done():  # the client may have disconnected
            future.set_result(probabilities[number : number + 1])


async def _look_up(name: int | str) -> LoadedVersion:
    return await database_sync_to_async(prediction.NETWORKS.look_up)(name)
