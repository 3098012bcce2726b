"""One read for all who ask the same at once: two hundred watchers of a run cost the database what one does."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """Asks `read` once for everybody who asks with the same arguments before the read begins.

    Whoever asks while a read is under way gets the next one: what was written before asking is always in the answer.
    For one event loop.
    """

    def __init__(self, read: Callable[..., Awaitable[Answer]]) -> None:
        self._read = read
        self._gathering: dict[Hashable, asyncio.Task[Answer]] = {}
        self._reading: dict[Hashable, asyncio.Task[Answer]] = {}

    async def __call__(self, *arguments: Hashable) -> Answer:
        """The answer of a read that begins after this call.

        Raises:
            Whatever `read` raises, for everybody who asked.
        """
        task = self._gathering.get(arguments)
        if task is None:
            task = asyncio.create_task(self._read_for_all(arguments, self._reading.get(arguments)))
            task.add_done_callback(_take_notice)
            self._gathering[arguments] = task
        # One who leaves does not take the answer from the others.
        return await asyncio.shield(task)

    async def _read_for_all(self, arguments: tuple[Hashable, ...], before: "asyncio.Task[Answer] | None") -> Answer:
        if before is not None:
            await asyncio.wait([before])
        task = self._gathering.pop(arguments)
        self._reading[arguments] = task
        try:
            return await self._read(*arguments)
        finally:
            if self._reading.get(arguments) is task:
                del self._reading[arguments]


def _take_notice(task: "asyncio.Task[object]") -> None:
    """Look at the error of a task that nobody waits for any more, or asyncio complains."""
    if not task.cancelled():
        task.exception()
