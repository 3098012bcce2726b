"""Single flight: one read for all concurrent callers, so that 200 subscribers cost the database what one does."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """Calls `read` once for all callers with the same arguments that came before the read began.

    A caller that comes during a read gets the next one: what was written before the call is always in the result.
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
    """Retrieve the error of a task without waiters, or asyncio logs it."""
    if not task.cancelled():
        task.exception()
