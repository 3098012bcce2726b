"""Celery's tasks: they receive ids and call services. Every task may run twice."""

from celery import shared_task

from inference.reports.measurement import measure_version
from training.worker.execution import execute_next
from training.worker.reconciliation import reconcile


@shared_task(name="training.tasks.train", ignore_result=True)
def train(_run_id: int) -> None:
    """Train the run that was queued first, whichever the message names; nothing happens if none is queued."""
    execute_next()


@shared_task(name="training.tasks.measure", ignore_result=True)
def measure(number: int) -> None:
    """Measure one version; nothing happens if it is measured already, or gone."""
    measure_version(number)


@shared_task(name="training.tasks.reconcile_runs", ignore_result=True)
def reconcile_runs() -> None:
    """Make the states of runs true again; the scheduler runs it in its own process every few seconds."""
    reconcile()
