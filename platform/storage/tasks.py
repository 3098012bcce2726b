"""Celery's task of this package; the scheduler runs it in its own process."""

import logging

from celery import shared_task

from storage import pruning

logger = logging.getLogger(__name__)


@shared_task(name="storage.tasks.prune", ignore_result=True)
def prune() -> None:
    """Remove what may go by the settings; `PRUNE_HOURS` says how often."""
    for rule, amount in pruning.prune(by_itself=True):
        if amount.count:
            logger.warning("pruned: %s: %d, %d bytes", rule.title, amount.count, amount.size_bytes)
