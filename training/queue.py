"""Puts runs before the workers; a message that Redis did not take is sent again by the scheduler."""

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

TRAIN_TASK = "training.tasks.train"


def enqueue_on_commit(run_id: int) -> None:
    """Offer the run to a worker once the transaction is committed."""

    def enqueue_after_commit() -> None:
        enqueue(run_id)

    transaction.on_commit(enqueue_after_commit, robust=True)


def enqueue(run_id: int) -> None:
    """Offer the run to a worker; where Redis is away the run stays queued until the scheduler tries again."""
    try:
        current_app.send_task(TRAIN_TASK, args=[run_id], retry=False)
    except Exception as error:  # kombu passes on whatever the connection raises
        logger.warning("run %s waits for the scheduler to queue it: %s", run_id, error)
