"""Celery's signals: a worker reports that it is alive, passes a shutdown on and leaves no orphan; logs are Django's."""

import logging
from typing import Any

from celery import signals
from celery.exceptions import WorkerLostError
from django.db import Error, connection

from datasets import catalogue
from digitlab.processes import presence
from digitlab.processes.parent_death import die_with_parent
from digitlab.processes.schema_state import schema_problem
from training.messaging.queue import TRAIN_TASK
from training.worker import reconciliation, shutdown

logger = logging.getLogger(__name__)


def connect() -> None:
    """Connect the handlers to Celery's signals; called once by the module of the Celery application."""
    signals.setup_logging.connect(_keep_logging)
    signals.worker_init.connect(_begin)
    signals.beat_init.connect(_refuse_other_schema)
    signals.heartbeat_sent.connect(_report_alive)
    signals.worker_shutting_down.connect(_pass_shutdown_on)
    signals.worker_process_init.connect(_die_with_worker)
    signals.worker_shutdown.connect(_report_shutdown)
    signals.task_failure.connect(_take_over_from_killed)


def _keep_logging(**_kwargs: Any) -> None:
    """That there is a handler keeps Celery from setting up logging of its own."""


def _begin(**_kwargs: Any) -> None:
    _refuse_other_schema()
    shutdown.withdraw()


def _refuse_other_schema(**_kwargs: Any) -> None:
    """End this process where the database is of another release; one that is away is waited for."""
    try:
        problem = schema_problem()
    except Error as error:
        logger.warning("the schema of the database is unknown: %s", error)
    else:
        if problem:
            raise SystemExit(f"Error: {problem}")
    finally:
        connection.close()


def _report_alive(**_kwargs: Any) -> None:
    presence.report_alive()
    catalogue.report_stored()


def _report_shutdown(**_kwargs: Any) -> None:
    presence.report_shutdown()


def _pass_shutdown_on(**_kwargs: Any) -> None:
    shutdown.request()


def _die_with_worker(**_kwargs: Any) -> None:
    die_with_parent()


def _take_over_from_killed(sender: Any, exception: BaseException, **_kwargs: Any) -> None:
    """Requeue a run at once whose process in this worker's pool was killed, instead of when its lease expires.

    The task does not say which run that was: each process claimed the run that was queued first.
    """
    if not isinstance(exception, WorkerLostError) or sender.name != TRAIN_TASK:
        return
    try:
        reconciliation.take_over_from_dead_processes()
    except Error as error:
        logger.warning("the run of a process that was killed waits until its lease expires: %s", error)
    finally:
        # The processes of the pool are forked from this one and must not share a connection.
        connection.close()
