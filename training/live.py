"""The doorbell: tells whoever watches a run that the database knows more. Best effort, and bounded in time."""

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from training import redis_absence

logger = logging.getLogger(__name__)


def group_name(run_id: int) -> str:
    """The Channels group of those who watch this run (a colon is not allowed in one)."""
    return f"run.{run_id}"


def tell_on_commit(run_id: int) -> None:
    """Ring for `run_id` once the transaction is committed; call it inside one."""

    def ring_after_commit() -> None:
        ring(run_id)

    transaction.on_commit(ring_after_commit, robust=True)


def ring(run_id: int, **payload: Any) -> None:
    """Say "look again" to those who watch the run; a Redis that is away costs training a second, now and then."""
    if redis_absence.is_likely():
        return
    try:
        async_to_sync(_send)(group_name(run_id), {"type": "run.ring", **payload})
    except Exception as error:  # Redis may fail in any way; training does not care
        redis_absence.note()
        logger.info("Redis is away (%s): pages that watch run %s look by themselves", error, run_id)


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, message), redis_absence.PATIENCE_SECONDS)
