"""Publishes a stored state of a run as a version, by hand: of a run that was stopped, or of an earlier epoch.

The version of a run's end is published by its worker (`training.worker.execution`), and stays the run's own version. A
state is published once: of two requests, the second gets the version of the first. A worker measures it afterwards,
as it measures imports.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.db.models import F
from numpy.typing import NDArray

from inference.errors import VersionNotFoundError
from inference.models import ModelVersion
from inference.registry import snapshots
from inference.registry.selectors import get_version
from inference.registry.services import VersionFacts, publish_version, store_network
from inference.registry.snapshots import Snapshot
from nnlib import Network
from training import engines
from training.errors import RunStateError, StateNotStoredError
from training.messaging import notifications
from training.models import PublishedState, Run, RunEvent
from training.runs import checkpoints, snapshot_rows
from training.runs.selectors import epochs_after, get_run, stored_epochs
from training.states import RESUMABLE, Status

Precision = Literal["single", "half"]


@dataclass(frozen=True, slots=True)
class StoredState:
    """The network of a run after `epoch` epochs and `samples` samples of the next one."""

    epoch: int
    samples: int
    parameters: NDArray[Any]
    precision: Precision


def publish_state(run_id: int, *, epoch: int | None = None) -> ModelVersion:
    """Publish what a run was after an epoch as a version; without `epoch`, its newest state.

    A state that was published before is answered with the version that it became; so is the end of a completed run.

    Raises:
        Run.DoesNotExist: there is none of that id.
        StateNotStoredError: nothing of that epoch is stored; the message names the epochs that are.
        RunStateError: a worker holds the run, and no epoch is given; or the version is in the trash.
        CheckpointError, ArtifactError: the file with the state is missing or damaged.
    """
    run = get_run(run_id)
    if run.version is not None and epoch in {None, run.last_epoch}:
        return _live(run.version)
    if epoch is not None:
        known = PublishedState.objects.filter(run=run, epoch=epoch, samples=0).first()
        if known is not None:
            return _live(known.version)
    state = _newest(run) if epoch is None else _after(run, epoch)
    network = Network.from_flat(run.configuration.architecture(), state.parameters)
    artifact = store_network(network)
    moments = [moment for moment in _moments(run) if moment.epoch <= state.epoch]
    kept = snapshots.store(moments) if moments else None
    facts = _facts(run, state)
    with transaction.atomic():
        # The run's row first and then the counter of versions, as a worker that completes a run does.
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        known = PublishedState.objects.filter(run=run, epoch=state.epoch, samples=state.samples).first()
        if known is not None:
            return _live(known.version)
        version = publish_version(network, artifact, facts)
        if kept is not None:
            snapshots.attach(version, kept, moments)
        PublishedState.objects.create(run=run, epoch=state.epoch, samples=state.samples, version=version)
        text = f"Version {version.number} was published by hand: {_place(state)}."
        RunEvent.objects.create(run=run, status=run.status, text=text)
        Run.objects.filter(pk=run_id).update(revision=F("revision") + 1)
        notifications.notify_on_commit(run_id)
    return get_version(version.number)


def _live(version: ModelVersion) -> ModelVersion:
    """The version that a state became, if it can be used."""
    try:
        return get_version(version.number)
    except VersionNotFoundError as error:
        raise RunStateError(f"this state was published before, but {error}: restore it from there") from error


def _newest(run: Run) -> StoredState:
    if run.status == Status.COMPLETED:
        raise StateNotStoredError(
            f"the version of run {run.pk} was deleted, and with it what was stored of the run: train it again"
        )
    if run.status not in RESUMABLE:
        raise RunStateError(f"run {run.pk} is {run.status}: stop it, or name an epoch; {_what_is_stored(run)}")
    saved = checkpoints.load_network(run.pk, run.checkpoint) if run.checkpoint else None
    if saved is not None and (saved.epoch, saved.samples) != (0, 0):
        return StoredState(saved.epoch, saved.samples, saved.parameters, "single")
    stored = stored_epochs(run)
    if not stored:
        raise StateNotStoredError(f"run {run.pk} has learned nothing that is stored: resume it, and stop it later")
    return _after(run, stored[-1])


def _after(run: Run, epoch: int) -> StoredState:
    if run.status in RESUMABLE and run.checkpoint and epoch == run.last_epoch:
        saved = checkpoints.load_network(run.pk, run.checkpoint)
        if saved is not None and (saved.epoch, saved.samples) == (epoch, 0):
            return StoredState(epoch, 0, saved.parameters, "single")
    if epoch in stored_epochs(run):
        moment = next((one for one in _moments(run) if one.epoch == epoch), None)
        if moment is not None and moment.parameters is not None:
            return StoredState(epoch, 0, moment.parameters, "half")
    raise StateNotStoredError(f"epoch {epoch} of run {run.pk} is not stored; {_what_is_stored(run)}")


def _what_is_stored(run: Run) -> str:
    stored = stored_epochs(run)
    if not stored:
        return "no epoch of it can be published"
    return f"what can be published is epoch {', '.join(map(str, stored))}"


def _moments(run: Run) -> list[Snapshot]:
    """The snapshots of a run; once it is completed, its version has them."""
    if run.version is not None:
        return snapshots.load(run.version)
    return snapshot_rows.load_all(run.pk)


def _facts(run: Run, state: StoredState) -> VersionFacts:
    config = run.configuration
    history: list[dict[str, Any]] = [dict(one) for one in epochs_after(run.pk) if one["epoch"] <= state.epoch]
    metrics: dict[str, Any] = {"measured": False}
    if history:
        last = history[-1]
        # After some samples more the test figures of the last whole epoch are those of another network.
        names = ("train_error", "train_accuracy", *(() if state.samples else ("test_error", "test_accuracy")))
        metrics |= {name: last[name] for name in names}
        metrics |= {"epochs": last["epoch"], "seconds": sum(epoch["seconds"] for epoch in history)}
    return VersionFacts(
        source=ModelVersion.Source.RUN,
        name=run.name,
        config=config.as_json(),
        metrics=metrics,
        history=history,
        dataset=config.dataset,
        dataset_fingerprint=_dataset_fingerprint(run),
        parent=_parent(config.from_version),
        origin={
            "run": run.pk,
            "epoch": state.epoch,
            "samples": state.samples,
            "precision": state.precision,
            "published_by_hand": f"published by hand from a {run.status} run at {_place(state)}",
        },
        tags=tuple(tag.word for tag in run.tags.all()),
        libraries=engines.libraries(config.engine) if engines.is_available(config.engine) else (),
    )


def _place(state: StoredState) -> str:
    return f"epoch {state.epoch}" + (f" and {state.samples:,} samples of the next" if state.samples else "")


def _dataset_fingerprint(run: Run) -> str:
    """Of the data that the run learned from; "" where neither a version nor a readable checkpoint says it."""
    if run.version is not None:
        return run.version.dataset_fingerprint
    if run.status not in RESUMABLE or not run.checkpoint:  # the checkpoint of a run in training is being replaced
        return ""
    saved = checkpoints.load_network(run.pk, run.checkpoint)
    return "" if saved is None else saved.dataset_fingerprint


def _parent(number: int | None) -> ModelVersion | None:
    """The version that the run started from, in the trash or not; None if it is gone."""
    return None if number is None else ModelVersion.everything.filter(number=number).first()
