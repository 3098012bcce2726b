"""Sends imported versions that have no metrics to the workers, which evaluate them."""

import time
from typing import Final

from datasets.held_out import default_test_set
from inference.registry.selectors import unmeasured_imports
from training.messaging import queue

# After this long an evaluation that failed is tried again: the model file may have been repaired.
RETRY_SECONDS: Final = 24 * 3600.0


def offer_unmeasured() -> None:
    """Queue the evaluation of imports without metrics, unless some are queued already."""
    numbers = unmeasured_imports(tried_before=time.time() - RETRY_SECONDS)
    if not numbers or default_test_set() is None or queue.has_messages(queue.MEASUREMENTS):
        return
    for number in numbers:
        queue.enqueue_measurement(number)
