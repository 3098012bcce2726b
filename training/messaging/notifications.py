"""Notifies subscribers that a run has changed, over Redis. A notification carries no state: that is in the database."""

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from training.messaging import circuit_breaker

logger = logging.getLogger(__name__)


def group_name(run_id: int) -> str:
    """The Channels group of the subscribers of this run (a colon is not allowed in a group's name)."""
    return f"run.{run_id}"


def notify_on_commit(run_id: int) -> None:
    """Notify the subscribers of `run_id` once the transaction is committed; call it inside one."""

    def notify_after_commit() -> None:
        notify(run_id)

    transaction.on_commit(notify_after_commit, robust=True)


def notify(run_id: int, **payload: Any) -> None:
    """Notify the subscribers that the run has changed; best effort, and it waits for Redis for a second at most."""
    if circuit_breaker.is_open():
        return
    try:
        async_to_sync(_send)(group_name(run_id), {"type": "run.changed", **payload})
    except Exception as error:  # Redis may fail in any way; subscribers poll meanwhile
        circuit_breaker.record_failure()
        logger.info("run %s: no notification, Redis is unavailable (%s); subscribers poll", run_id, error)


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, message), circuit_breaker.TIMEOUT_SECONDS)
