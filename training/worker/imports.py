"""Sends versions without metrics to the workers, which evaluate them: imports, and states published by hand."""

import time
from typing import Final

from datasets.held_out import default_test_set
from inference.registry.selectors import unmeasured_imports
from training.messaging import queue
from training.runs.selectors import unmeasured_states

# After this long an evaluation that failed is tried again: the model file may have been repaired.
RETRY_SECONDS: Final = 24 * 3600.0


def offer_unmeasured() -> None:
    """Queue the evaluation of versions without metrics, unless some are queued already."""
    tried_before = time.time() - RETRY_SECONDS
    numbers = [*unmeasured_imports(tried_before=tried_before), *unmeasured_states(tried_before=tried_before)]
    if not numbers or default_test_set() is None or queue.has_messages(queue.MEASUREMENTS):
        return
    for number in numbers:
        queue.enqueue_measurement(number)
