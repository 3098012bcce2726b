"""Puts runs before the workers; a message that Redis did not take is sent again by the scheduler."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction

from training import redis_absence

logger = logging.getLogger(__name__)

TRAIN_TASK = "training.tasks.train"


def enqueue_on_commit(run_id: int) -> None:
    """Offer the run to a worker once the transaction is committed."""

    def enqueue_after_commit() -> None:
        enqueue(run_id)

    transaction.on_commit(enqueue_after_commit, robust=True)


def enqueue(run_id: int) -> None:
    """Offer the run to a worker; where Redis is away the run stays queued until the scheduler tries again."""
    if redis_absence.is_likely():
        return
    try:
        with impatient_connection() as connection:
            current_app.send_task(TRAIN_TASK, args=[run_id], retry=False, connection=connection)
    except Exception as error:  # kombu passes on whatever the connection raises
        redis_absence.note()
        logger.warning("run %s waits for the scheduler to queue it: %s", run_id, error)


def impatient_connection() -> Any:
    """A connection to the broker for those who cannot wait: a Redis that hangs is given up after a second."""
    patience = redis_absence.PATIENCE_SECONDS
    return current_app.connection_for_write(
        # Without the last, kombu tries again for some seconds more.
        transport_options={"socket_timeout": patience, "socket_connect_timeout": patience, "max_retries": 0}
    )
