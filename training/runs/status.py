"""The one function that changes the status of a run; every writer goes through it and its table of transitions."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from training.messaging import notifications
from training.models import Run, RunEvent
from training.runs.findings import record_findings
from training.states import ENDED, Status, predecessors
from weblib.log_context import about_run

logger = logging.getLogger(__name__)


def change_status(rows: QuerySet[Run], status: Status, text: str | Callable[[Run], str], **fields: Any) -> Run | None:
    """Change the status of one run, with a line in its log and a notification, in one transaction.

    The check and the write are one conditional UPDATE: of two writers at once, the second finds another status.

    Args:
        rows: selects the run by its primary key, and by whatever else must hold, such as its lease.
        status: to change to.
        text: the line of the log; a function of the changed run where it depends on it.
        fields: columns to write in the same UPDATE.

    Returns:
        The changed run; None where no row matched, or its status may not become `status`.
    """
    with transaction.atomic():
        run_id = rows.values_list("pk", flat=True).first()
        if run_id is None:
            return None
        allowed = rows.filter(status__in=predecessors(status))
        # A run that goes on has an end of its own again.
        reset = {} if status in ENDED else {"findings": None}
        if not allowed.update(status=status, revision=F("revision") + 1, **reset, **fields):
            return None
        run = Run.objects.select_related("version").get(pk=run_id)
        if status in ENDED:
            record_findings(run)
        event = RunEvent.objects.create(run=run, status=status, text=text if isinstance(text, str) else text(run))
        with about_run(run_id):
            logger.info("%s: %s", status, event.text)
        notifications.notify_on_commit(run_id)
    return run
