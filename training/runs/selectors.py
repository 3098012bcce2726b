"""Reads of runs, epochs and logs; nothing here writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, cast

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT
from typing_extensions import Unpack

from inference.registry import snapshots
from inference.registry.findings import worded
from inference.registry.measurement_services import is_due_for_measurement
from nnlib import count_parameters
from nnlib.shape import CLASSES, PIXELS
from nnlib.vocabulary import LossName
from training.models import EPOCH_FIELDS, Epoch, PublishedState, Run, RunEvent, RunTag
from training.runs import durations, snapshot_rows
from training.runs.messages import EpochJson, EventJson, PublishedJson, RunDetail, RunJson, RunListed
from training.states import Status
from weblib import labels
from weblib.lists.filters import Columns, CommonFilters, narrowed
from weblib.lists.orders import CommonSort, common_orders
from weblib.paging import MAX_PAGE, Order, Page, page_of

RunSort = Literal[CommonSort, "status"]
SORTS: Final[dict[str, Order]] = {
    **common_orders("id"),
    "status": Order("status", is_descending=False, kind=str),
}
# Of its version a run shows the number: what is large stays in the database.
_UNREAD_OF_VERSION: Final = tuple(
    f"version__{name}" for name in ("architecture", "config", "metrics", "history", "test_predictions", "notes")
)


_COLUMNS: Final = Columns(RunTag.objects, owner="run", number="pk", epochs="last_epoch", texts=("name", "notes"))


# What the last epoch of a run of an older release lacks.
_NO_VALIDATION: Final = {"validation_error": None, "validation_accuracy": None}


class RunFilters(CommonFilters, total=False):
    """What a list is narrowed by."""

    status: str | None
    loss: LossName | None


def runs_page(
    *,
    sort: RunSort = "-number",
    cursor: str | None = None,
    limit: int = 50,
    **filters: Unpack[RunFilters],
) -> Page[Run]:
    """One page of the runs that fit every filter.

    Raises:
        CursorError: no page of this order gave `cursor`.
    """
    fitting = _fitting(_runs().defer("notes"), **filters)
    return page_of(fitting, order=SORTS[sort], key="id", cursor=cursor, limit=limit)


def losses_of(**filters: Unpack[RunFilters]) -> list[LossName]:
    """The losses of the runs that fit every filter, in alphabetical order."""
    fitting = _fitting(Run.objects.all(), **filters)
    return sorted(fitting.order_by().values_list(KT("config__loss"), flat=True).distinct())


def _fitting(runs: QuerySet[Run], **filters: Unpack[RunFilters]) -> QuerySet[Run]:
    if status := filters.get("status"):
        runs = runs.filter(status=status)
    if loss := filters.get("loss"):
        runs = runs.filter(config__loss=loss)
    if layers := filters.get("hidden_layers"):
        runs = runs.filter(hidden_layers=layers)
    return narrowed(runs, _COLUMNS, filters)


def known_tags() -> list[str]:
    """Every tag that a run has, in alphabetical order."""
    live = RunTag.objects.filter(run__trashed_at__isnull=True)
    return list(live.order_by("word").values_list("word", flat=True).distinct())


def get_run(run_id: int) -> Run:
    """The run, its version included.

    Raises:
        Run.DoesNotExist: there is none of that id.
    """
    return _runs().get(pk=run_id)


def compared_as(run_ids: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """What a comparison shows of these runs: numbers of their versions, runs that have none, and those not there.

    A run whose version is in the trash is compared by its own curve.
    """
    found = Run.objects.filter(pk__in=run_ids).values_list("pk", "version__number", "version__trashed_at")
    known = {pk: number if trashed_at is None else None for pk, number, trashed_at in found}
    numbers = [number for pk in run_ids if (number := known.get(pk)) is not None]
    without = [pk for pk in run_ids if pk in known and known[pk] is None]
    return numbers, without, [pk for pk in run_ids if pk not in known]


def revision_of(run_id: int) -> int | None:
    """How often the run has changed; None when it is gone."""
    return Run.objects.filter(pk=run_id).values_list("revision", flat=True).first()


def epochs_after(run_id: int, after: int = 0) -> list[EpochJson]:
    """Every epoch of the run above `after`, in order."""
    rows = Epoch.objects.filter(run_id=run_id, epoch__gt=after).order_by("epoch").values(*EPOCH_FIELDS)
    return cast("list[EpochJson]", list(rows))


def stored_epochs(run: Run) -> list[int]:
    """The epochs, from 1, after which the network is stored and can be published, in order.

    Few remain of a long run (`training.worker.snapshot_recorder`), and none whose network is too large for snapshots
    that hold parameters. The newest state of a stopped run is in its checkpoint in addition, in single precision.
    """
    epochs: set[int] = set()
    if snapshot_rows.can_have_parameters(run.configuration.parameter_count):
        epochs |= set(snapshots.epochs_of(run.version) if run.version else snapshot_rows.epochs_of(run.pk))
    return sorted(epochs - {0})


def published_states(run_id: int) -> list[PublishedJson]:
    """The states of a run that were published by hand, in order; without those whose version is in the trash."""
    states = PublishedState.objects.filter(run_id=run_id, version__trashed_at__isnull=True)
    found = states.order_by("epoch", "samples").values_list("epoch", "samples", "version__number")
    return [{"epoch": epoch, "samples": samples, "version": version} for epoch, samples, version in found]


def unmeasured_states() -> list[int]:
    """The numbers of versions published by hand without figures whose evaluation is due."""
    states = PublishedState.objects.filter(
        is_due_for_measurement("version__"), version__metrics__measured=False, version__trashed_at__isnull=True
    )
    return list(states.order_by("version__number").values_list("version__number", flat=True)[:MAX_PAGE])


def run_detail(run_id: int) -> RunDetail:
    """The run with its log, and what of it can be published or was.

    Raises:
        Run.DoesNotExist: there is none of that id.
    """
    run = get_run(run_id)
    return {
        **run_json(run),
        "notes": run.notes,
        "events": events_of(run_id),
        "stored_epochs": stored_epochs(run),
        "published": published_states(run_id),
        "queue_position": durations.queue_position(run),
        "expected_start_seconds": durations.expected_start_seconds(run),
    }


def events_of(run_id: int) -> list[EventJson]:
    """The run's log, oldest first."""
    events = RunEvent.objects.filter(run_id=run_id).order_by("id")
    return [{"at": _iso(event.at), "status": event.status, "text": event.text} for event in events]


def count_by_status(**filters: Unpack[RunFilters]) -> dict[str, int]:
    """How many of the runs that fit every filter are in each state."""
    fitting = _fitting(Run.objects.all(), **filters)
    found = dict(fitting.order_by().values_list("status").annotate(Count("id")))
    return {status: found.get(status, 0) for status in Status.values}


def live_runs() -> QuerySet[Run]:
    """The runs that are waiting or training."""
    return _runs().filter(status__in=[Status.QUEUED, Status.RUNNING, Status.STOPPING])


def why_needed(number: int) -> str:
    """Which run that has not ended starts from version `number`, in a few words; "" when none does."""
    run = live_runs().filter(config__from_version=number).first()
    return "" if run is None else f"run {run.pk} starts from it"


def publishing_run_id(number: int) -> int | None:
    """The run that published version `number`, or of which it was published by hand; None if it is gone."""
    is_its = Q(version__number=number) | Q(published_states__version__number=number)
    return Run.objects.filter(is_its).values_list("pk", flat=True).first()


def publishing_run_start(number: int) -> datetime | None:
    """When the run that published version `number`, in the trash or not, started first; None if it is gone."""
    return Run.everything.filter(version__number=number).values_list("started_at", flat=True).first()


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
        "findings": worded(run.findings),
        "latest": None if run.latest is None else cast("EpochJson", {**_NO_VALIDATION, **run.latest}),
        "curve": run.curve,
        "attempt": run.attempt,
        "worker": run.worker,
        "train_seconds": run.train_seconds,
        "tags": [tag.word for tag in run.tags.all()],
        "version": run.version.number if run.version else None,
        "parameters": parameter_count(run.config),
        "can_stop": run.can_stop,
        "can_resume": run.can_resume,
        "can_publish": run.can_publish,
    }


def runs_json(runs: Sequence[Run]) -> list[RunListed]:
    """The runs of a page, as the page and the API list them."""
    lines = labels.varied([run.config for run in runs])
    return [{**run_json(run), "varied": line} for run, line in zip(runs, lines, strict=True)]


def parameter_count(config: dict[str, Any]) -> int:
    """Weights and biases of the network that a stored configuration describes."""
    return count_parameters([PIXELS, *config["hidden_layers"], CLASSES])


def _runs() -> QuerySet[Run]:
    return Run.objects.select_related("version").defer(*_UNREAD_OF_VERSION).prefetch_related("tags")


def _iso(moment: datetime) -> str:
    return moment.isoformat()
