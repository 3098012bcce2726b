"""Reads of runs, epochs and logs; nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, QuerySet

from nnlib import count_parameters
from training.config import INPUTS, OUTPUTS
from training.messages import EpochJson, EventJson, RunJson
from training.models import EPOCH_FIELDS, Epoch, Run, RunEvent
from training.states import Status

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first; `next_cursor` is None on the last."""

    runs: list[Run]
    next_cursor: int | None


def runs_page(*, status: str | None = None, cursor: int | None = None, limit: int = 50) -> RunPage:
    """The runs below id `cursor`, newest first, in one state or all."""
    runs = Run.objects.select_related("version").order_by("-id")
    if status:
        runs = runs.filter(status=status)
    if cursor is not None:
        runs = runs.filter(id__lt=cursor)
    limit = max(1, min(limit, MAX_PAGE))
    found = list(runs[: limit + 1])
    return RunPage(found[:limit], found[limit - 1].pk if len(found) > limit else None)


def get_run(run_id: int) -> Run:
    """The run, its version included.

    Raises:
        Run.DoesNotExist: there is none of that id.
    """
    return Run.objects.select_related("version").get(pk=run_id)


def revision_of(run_id: int) -> int | None:
    """How often the run has changed; None when it is gone."""
    return Run.objects.filter(pk=run_id).values_list("revision", flat=True).first()


def epochs_after(run_id: int, after: int = 0) -> list[EpochJson]:
    """Every epoch of the run above `after`, in order."""
    rows = Epoch.objects.filter(run_id=run_id, epoch__gt=after).order_by("epoch").values(*EPOCH_FIELDS)
    return cast("list[EpochJson]", list(rows))


def events_of(run_id: int) -> list[EventJson]:
    """The run's log, oldest first."""
    events = RunEvent.objects.filter(run_id=run_id).order_by("id")
    return [{"at": _iso(event.at), "status": event.status, "text": event.text} for event in events]


def count_by_status() -> dict[str, int]:
    """How many runs are in each state."""
    found = dict(Run.objects.order_by().values_list("status").annotate(Count("id")))
    return {status: found.get(status, 0) for status in Status.values}


def live_runs() -> QuerySet[Run]:
    """The runs that are waiting or training."""
    return Run.objects.filter(status__in=[Status.QUEUED, Status.RUNNING, Status.STOPPING]).select_related("version")


def run_json(run: Run) -> RunJson:
    """The run as the API and the live stream send it."""
    return {
        "id": run.pk,
        "name": run.name,
        "title": run.title,
        "status": run.status,
        "stage": run.stage,
        "failure": run.failure,
        "finish_reason": run.finish_reason,
        "config": run.config,
        "created": _iso(run.created_at),
        "started": _iso(run.started_at) if run.started_at else None,
        "finished": _iso(run.finished_at) if run.finished_at else None,
        "epoch": run.last_epoch,
        "epochs": run.max_epochs,
        "progress": run.progress,
        "latest": cast("EpochJson | None", run.latest),
        "curve": run.curve,
        "attempt": run.attempt,
        "worker": run.worker,
        "version": run.version.number if run.version else None,
        "parameters": parameter_count(run.config),
        "can_stop": run.can_stop,
        "can_resume": run.can_resume,
    }


def runs_json(runs: Iterable[Run]) -> list[RunJson]:
    """Several runs as the API lists them."""
    return [run_json(run) for run in runs]


def parameter_count(config: dict[str, Any]) -> int:
    """Weights and biases of the network that a stored configuration asks for."""
    return count_parameters([INPUTS, *config["hidden_layers"], OUTPUTS])


def _iso(moment: datetime) -> str:
    return moment.isoformat()
