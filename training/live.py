"""The doorbell: tells whoever watches a run that the database knows more. Best effort, and bounded in time."""

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

# How long a worker waits for Redis before it goes on training, and how long it then leaves Redis alone.
RING_SECONDS = 2.0
PAUSE_SECONDS = 5.0

_pause_until = 0.0


def group_name(run_id: int) -> str:
    """The Channels group of those who watch this run (a colon is not allowed in one)."""
    return f"run.{run_id}"


def tell_on_commit(run_id: int) -> None:
    """Ring for `run_id` once the transaction is committed; call it inside one."""

    def ring_after_commit() -> None:
        ring(run_id)

    transaction.on_commit(ring_after_commit, robust=True)


def ring(run_id: int, **payload: Any) -> None:
    """Say "look again" to those who watch the run; a broker that is away costs at most `RING_SECONDS`."""
    global _pause_until  # noqa: PLW0603 -- what one call learns of Redis spares the next the wait
    if time.monotonic() < _pause_until:
        return
    try:
        async_to_sync(_send)(group_name(run_id), {"type": "run.ring", **payload})
    except Exception as error:  # Redis may fail in any way; training does not care
        _pause_until = time.monotonic() + PAUSE_SECONDS
        logger.info("Redis is away (%s): pages that watch run %s look by themselves", error, run_id)


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, message), RING_SECONDS)
