"""Sends versions without metrics to the workers, which evaluate them: imports, and states published by hand."""

from inference.registry.selectors import unmeasured_imports
from training.messaging import queue
from training.runs.selectors import unmeasured_states


def offer_unmeasured() -> None:
    """Queue the evaluation of versions without metrics, unless some are queued already.

    A worker has the test images, or notes that it has none; the scheduler may be on a machine without them.
    """
    numbers = [*unmeasured_imports(), *unmeasured_states()]
    if not numbers or queue.has_messages(queue.MEASUREMENTS):
        return
    for number in numbers:
        queue.enqueue_measurement(number)
