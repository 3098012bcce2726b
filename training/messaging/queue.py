"""Sends runs and evaluations to the workers' queues; what Redis did not accept is sent again by the scheduler."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction

from training.messaging import circuit_breaker

logger = logging.getLogger(__name__)

TRAIN_TASK = "training.tasks.train"
MEASURE_TASK = "training.tasks.measure"
# A queue of its own, which workers empty in turn with that of the runs: a measurement never waits behind them all.
MEASUREMENTS = "measurements"


def enqueue_on_commit(run_id: int) -> None:
    """Offer the run to a worker once the transaction is committed."""

    def enqueue_after_commit() -> None:
        enqueue(run_id)

    transaction.on_commit(enqueue_after_commit, robust=True)


def enqueue(run_id: int) -> None:
    """Offer the run to a worker; where Redis is away the run stays queued until the scheduler tries again."""
    _send(TRAIN_TASK, run_id, queue=current_app.conf.task_default_queue)


def enqueue_measurement(number: int) -> None:
    """Let a worker measure the version of that number; where Redis is away the scheduler tries again."""
    _send(MEASURE_TASK, number, queue=MEASUREMENTS)


def has_messages(queue: str) -> bool:
    """Whether the broker holds a message that no worker has taken; True where it cannot be asked."""
    try:
        with short_timeout_connection() as connection:
            try:
                return bool(connection.default_channel.queue_declare(queue, passive=True).message_count)
            except connection.channel_errors:  # Redis keeps no empty list: a queue that is not there is empty
                return False
    except Exception as error:  # kombu passes on whatever the connection raises
        logger.warning("the length of the queue is unknown, Redis is unavailable: %s", error)
        return True


def short_timeout_connection() -> Any:
    """A connection to the broker with a timeout of a second, for callers that cannot wait."""
    patience = circuit_breaker.TIMEOUT_SECONDS
    return current_app.connection_for_write(
        # Without the last, kombu tries again for some seconds more.
        transport_options={"socket_timeout": patience, "socket_connect_timeout": patience, "max_retries": 0}
    )


def _send(task: str, number: int, *, queue: str) -> None:
    if circuit_breaker.is_open():
        return
    try:
        with short_timeout_connection() as connection:
            current_app.send_task(task, args=[number], queue=queue, retry=False, connection=connection)
    except Exception as error:  # kombu passes on whatever the connection raises
        circuit_breaker.record_failure()
        logger.warning("%s(%s) waits for the scheduler to queue it: %s", task, number, error)
