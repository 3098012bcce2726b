"""What a run, an epoch and a log are in JSON, for API and WebSocket; and each message of `/ws/runs/<id>/`."""

from typing import Any, Literal

from typing_extensions import TypedDict  # the API's schemas are made from these, for which 3.11's own lacks a method

from inference.registry.findings import FindingJson


class EpochJson(TypedDict):
    """One epoch; errors are means per sample, accuracies shares in [0, 1]; those of validation null without a share."""

    epoch: int
    train_error: float
    train_accuracy: float
    validation_error: float | None
    validation_accuracy: float | None
    test_error: float
    test_accuracy: float
    learning_rate: float
    seconds: float


class EventJson(TypedDict):
    """A line of the run's log."""

    at: str
    status: str
    text: str


class RunJson(TypedDict):
    """A run as the API lists it; `progress` is a share in [0, 1], times are ISO 8601."""

    id: int
    name: str
    title: str
    status: str
    stage: str
    failure: str
    finish_reason: str
    config: dict[str, Any]
    created: str
    started: str | None
    finished: str | None
    epoch: int
    epochs: int
    progress: float
    findings: list[FindingJson]
    latest: EpochJson | None
    curve: list[float]
    attempt: int
    worker: str
    train_seconds: float
    tags: list[str]
    version: int | None
    parameters: int
    can_stop: bool
    can_resume: bool
    can_publish: bool


class RunListed(RunJson):
    """A run in a list; `varied` is its configuration as far as it differs from the other runs of the same page."""

    varied: str


class PublishedJson(TypedDict):
    """A state of a run that was published by hand: after `epoch` epochs and `samples` samples of the next."""

    epoch: int
    samples: int
    version: int


class RunDetail(RunJson):
    """A run with its notes; its log, oldest line first; the epochs that can be published; what was published by hand.

    `queue_position` is 1 for the queued run that a worker claims next, null for a run that is not queued;
    `expected_start_seconds` is estimated from the runs before it, null where they were never measured.
    """

    notes: str
    events: list[EventJson]
    stored_epochs: list[int]
    published: list[PublishedJson]
    queue_position: int | None
    expected_start_seconds: float | None


class RunSnapshot(TypedDict):
    """The first message: the run and every epoch after the one the page said it has."""

    type: Literal["run.snapshot"]
    run: RunJson
    epochs: list[EpochJson]
    events: list[EventJson]


class EpochFinished(TypedDict):
    """An epoch was written to the database."""

    type: Literal["epoch.finished"]
    epoch: EpochJson


class BatchProgress(TypedDict):
    """How far the epoch under way is; may be dropped."""

    type: Literal["batch.progress"]
    epoch: int
    fraction: float
    error: float


class StatusChanged(TypedDict):
    """The run has another status, or another stage of its work."""

    type: Literal["status.changed"]
    status: str
    version: int | None
    run: RunJson
    events: list[EventJson]


RunMessage = RunSnapshot | EpochFinished | BatchProgress | StatusChanged
