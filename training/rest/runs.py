"""The HTTP API of runs."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

import datasets
from inference.registry.selectors import version_json
from inference.reports.curve_table import CSV_ANSWER, curve_csv
from inference.rest.registry import EmptiedOut
from inference.rest.versions import CurveFormat, VersionOut
from training.configuration.parent_shape import shaped_like_parent
from training.configuration.presets import PRESETS, preset_fields
from training.configuration.run_config import MAX_EPOCHS, Loss, RunConfig, empty_is_none
from training.runs import durations, publishing, selectors, services, trash_selectors, trash_services
from training.runs.messages import EpochJson, RunDetail, RunJson, RunListed
from training.runs.selectors import RunSort
from training.states import Status as RunStatus
from weblib.actor import actor
from weblib.description import Description
from weblib.error_answers import errors
from weblib.lists.filters import FilterQuery
from weblib.paging import MAX_PAGE, Cursor
from weblib.plain_text import Name
from weblib.rate_limits import count_one
from weblib.tags import Tags

router = Router(tags=["runs"])


class RunRequest(RunConfig):
    """A configuration, a name for people, and a preset whose fields count where none is given."""

    name: Name = ""
    tags: Tags = Field(default_factory=list, description="Free words; the version inherits them")
    preset: Literal["classic", "fast", "best"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        preset = str(data.get("preset"))
        fields = preset_fields(preset) if preset in PRESETS else {"dataset": datasets.default_key()}
        return {**fields, **data}

    def to_config(self) -> RunConfig:
        """The configuration alone."""
        return RunConfig.model_validate(self.model_dump(exclude={"name", "tags", "preset"}))


class Publication(BaseModel):
    """The epoch to publish; without it, the newest state."""

    model_config = ConfigDict(extra="forbid")

    epoch: Annotated[int, Field(ge=1, le=MAX_EPOCHS)] | None = None


class RunEstimate(BaseModel):
    """The time of a run with all of its epochs, as `run` took it; scaled where that run trained in another way."""

    seconds: float | None
    seconds_per_epoch: float | None
    run: int | None
    is_scaled: bool


class TrashedRun(BaseModel):
    """A run in the trash; `size_bytes` is what its files take."""

    id: int
    title: str
    size_bytes: int
    trashed: str
    trashed_by: str


class TrashedRuns(BaseModel):
    """What is in the trash, last thrown away first."""

    items: list[TrashedRun]
    next: str | None


class RunList(BaseModel):
    """One page of runs; `next` is the cursor of the next page, null on the last."""

    items: list[RunListed]
    next: str | None


@router.post("runs", response={201: RunJson, **errors(422, 429)}, summary="Submit a run", operation_id="submitRun")
def submit(request: HttpRequest, payload: RunRequest) -> Status[Any]:
    """Queue a training run; every field has a default, and those of the shape are the ones of `from_version`."""
    count_one("submissions", request.user)
    config = shaped_like_parent(payload.to_config(), given=payload.model_fields_set)
    run = services.submit_run(config, name=payload.name, tags=payload.tags)
    return Status(201, selectors.run_json(run))


@router.post(
    "runs/estimate",
    response={200: RunEstimate, **errors(422)},
    summary="Estimate the time of a run",
    operation_id="estimateRun",
)
def estimate(request: HttpRequest, payload: RunRequest) -> dict[str, Any]:  # noqa: ARG001
    """The time that a run would take at most, from similar runs of this installation; nothing is submitted.

    Every number is null where no similar run has trained here.
    """
    config = shaped_like_parent(payload.to_config(), given=payload.model_fields_set)
    found = durations.PastRuns().estimate(config)
    if found is None:
        return {"seconds": None, "seconds_per_epoch": None, "run": None, "is_scaled": False}
    return {
        "seconds": found.seconds_per_epoch * config.epochs,
        "seconds_per_epoch": found.seconds_per_epoch,
        "run": found.run_id,
        "is_scaled": found.is_scaled,
    }


@router.get(
    "runs", response={200: RunList, **errors(400, 422)}, summary="List runs, newest first", operation_id="listRuns"
)
def list_runs(
    request: HttpRequest,  # noqa: ARG001
    *,
    status: Annotated[RunStatus | None, BeforeValidator(empty_is_none)] = None,
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50,
    cursor: Cursor = "",
    sort: RunSort = "-number",
    loss: Annotated[Loss | None, BeforeValidator(empty_is_none)] = None,
    filters: Query[FilterQuery],
) -> dict[str, Any]:
    """One page of runs.

    Errors of different losses cannot be compared: give a `loss` with `sort=test_error`.
    """
    state = status.value if status else None
    page = selectors.runs_page(
        status=state,
        loss=loss,
        sort=sort,
        cursor=cursor or None,
        limit=limit,
        **filters.selection,
    )
    return {"items": selectors.runs_json(page.rows), "next": page.next_cursor}


@router.get(
    "runs/trash",
    response={200: TrashedRuns, **errors()},
    summary="List the runs in the trash",
    operation_id="listRunTrash",
)
def list_trash(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """What can be restored."""
    items = [
        {
            "id": run.pk,
            "title": run.title,
            "size_bytes": trash_selectors.bytes_of(run.pk),
            "trashed": run.trashed_at.isoformat() if run.trashed_at else "",
            "trashed_by": run.trashed_by,
        }
        for run in trash_selectors.trashed_runs()
    ]
    return {"items": items, "next": None}


@router.delete(
    "runs/trash",
    response={200: EmptiedOut, **errors()},
    summary="Empty the trash of runs",
    operation_id="emptyRunTrash",
)
def empty_trash(request: HttpRequest) -> Any:  # noqa: ARG001
    """Delete for good every run that is in the trash."""
    return asdict(trash_services.empty_trash())


@router.get("runs/{int:run_id}", response={200: RunDetail, **errors(404)}, summary="Show a run", operation_id="getRun")
def show(request: HttpRequest, run_id: int) -> Any:  # noqa: ARG001
    """The run as it stands, its log, and the epochs of it that can be published (`stored_epochs`)."""
    return selectors.run_detail(run_id)


@router.patch(
    "runs/{int:run_id}",
    response={200: RunDetail, **errors(404, 422)},
    summary="Change a run's name, notes and tags",
    operation_id="updateRun",
)
def change(request: HttpRequest, run_id: int, payload: Description) -> Any:  # noqa: ARG001
    """Only name, notes and tags may change; the version that a run left keeps its own."""
    services.describe_run(run_id, **payload.given)
    return selectors.run_detail(run_id)


@router.get(
    "runs/{int:run_id}/epochs",
    response={200: list[EpochJson], **errors(404, 422)},
    summary="History of a run",
    operation_id="listEpochs",
    openapi_extra=CSV_ANSWER,
)
def epochs(
    request: HttpRequest,  # noqa: ARG001
    run_id: int,
    after: Annotated[int, Field(ge=0)] = 0,
    format: CurveFormat = "json",  # noqa: A002
) -> Any:
    """Every epoch above `after`, in order: a list in JSON, or a table with `format=csv`."""
    selectors.get_run(run_id)
    if format == "csv":
        return curve_csv(selectors.epochs_after(run_id, after), name=f"digitlab-run-{run_id}-epochs")
    # Not through Ninja's validation: there may be ten thousand.
    return JsonResponse(selectors.epochs_after(run_id, after), safe=False)


@router.post(
    "runs/{int:run_id}/stop", response={200: RunJson, **errors(404, 409)}, summary="Stop a run", operation_id="stopRun"
)
def stop(request: HttpRequest, run_id: int) -> Any:  # noqa: ARG001
    """Request a stop of the run; it saves a checkpoint first."""
    services.request_stop(run_id)
    return selectors.run_json(selectors.get_run(run_id))


@router.post(
    "runs/{int:run_id}/resume",
    response={200: RunJson, **errors(404, 409)},
    summary="Resume a run",
    operation_id="resumeRun",
)
def resume(request: HttpRequest, run_id: int) -> Any:  # noqa: ARG001
    """Queue a stopped or failed run again; it goes on from its checkpoint."""
    services.resume_run(run_id)
    return selectors.run_json(selectors.get_run(run_id))


@router.post(
    "runs/{int:run_id}/publish",
    response={201: VersionOut, **errors(404, 409, 422)},
    summary="Publish a stored state of a run as a version",
    operation_id="publishRun",
)
def publish(request: HttpRequest, run_id: int, payload: Publication | None = None) -> Status[Any]:  # noqa: ARG001
    """Publish what the run was after `epoch`; without it, the newest state of a run that was stopped or failed.

    `stored_epochs` of the run are the epochs that can be published; another one is refused with the code
    `run.state_not_stored`. A state that was published before is answered with the version that it became. A worker
    measures the version afterwards, on the test images of the run: until then `metrics.measured` is false.
    """
    version = publishing.publish_state(run_id, epoch=None if payload is None else payload.epoch)
    return Status(201, version_json(version))


@router.delete(
    "runs/{int:run_id}",
    response={204: None, **errors(404, 409, 422)},
    summary="Delete a run",
    operation_id="deleteRun",
)
def delete(request: HttpRequest, run_id: int, *, forever: bool = False) -> Status[None]:
    """Put a run that no worker holds into the trash; `?forever=true` deletes it for good, from there too.

    Its versions stay.
    """
    if forever:
        trash_services.delete_forever(run_id)
    else:
        trash_services.trash_run(run_id, by=actor(request))
    return Status(204, None)


@router.post(
    "runs/{int:run_id}/restore",
    response={200: RunJson, **errors(404)},
    summary="Restore a run from the trash",
    operation_id="restoreRun",
)
def restore(request: HttpRequest, run_id: int) -> Any:  # noqa: ARG001
    """Take a run out of the trash, as it was; a queued one keeps its place."""
    trash_services.restore_run(run_id)
    return selectors.run_json(selectors.get_run(run_id))
