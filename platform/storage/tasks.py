"""Celery's task of this package; the scheduler runs it in its own process."""

import logging
import threading
from typing import Final

from celery import shared_task
from django.db import connection

from storage import pruning

logger = logging.getLogger(__name__)
_pruning: Final = threading.Lock()


@shared_task(name="storage.tasks.prune", ignore_result=True)
def prune() -> None:
    """Remove what may go by the settings, in a thread: runs of lost workers do not wait until it is done.

    If the scheduler ends meanwhile, each removal has happened or not, and the others come next time.
    """
    if _pruning.acquire(blocking=False):
        threading.Thread(target=_prune, name="prune", daemon=True).start()


def _prune() -> None:
    try:
        prune_and_log()
    except Exception:  # the boundary of a thread
        logger.exception("pruning failed; it is tried again at the next turn")
    finally:
        connection.close()
        _pruning.release()


def prune_and_log() -> None:
    """Remove what may go, with a line in the log for each rule under which something went."""
    for rule, amount in pruning.prune(by_itself=True):
        if amount.count:
            logger.warning("pruned: %s: %d, %d bytes", rule.title, amount.count, amount.size_bytes)
