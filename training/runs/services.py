"""Submit, stop, resume and describe runs: each locks the row before it checks and writes.

The trash has services of its own.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

import datasets
from datasets.samples import rehearsal, selectors
from inference.errors import VersionNotFoundError
from inference.registry.selectors import get_version
from training import engines
from training.configuration.run_config import NEEDS_VALIDATION, RunConfig
from training.errors import RunStateError, TrainingError
from training.messaging import queue
from training.models import Run, RunEvent, RunTag
from training.runs.beginning import NOTHING_LEARNED, remove_epochs
from training.runs.status import change_status
from training.states import Status
from weblib.log_context import about_run

logger = logging.getLogger(__name__)


class FieldRefusedError(TrainingError, ValueError):
    """A field that is right in itself does not fit what this installation has."""

    code = "validation"
    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def submit_run(
    config: RunConfig,
    *,
    name: str = "",
    tags: Sequence[str] = (),
    enqueue: bool = True,
    at_once: Callable[[Run], object] = lambda _run: None,
) -> Run:
    """Write down a run and queue it; it is queued only once it is written.

    Args:
        config: what to train.
        name: for people; at most 100 characters.
        tags: by which people find it again; its version inherits them.
        enqueue: whether a message is sent to the workers.
        at_once: called in the same transaction: what claims the run here, claims it before any worker can.

    Raises:
        FieldRefusedError: `from_version` names no version, or one of another shape; the engine is not installed; or
            the data set cannot be had here, such as MNIST without internet, or too few corrections.
    """
    for refusal in refusals(config):
        raise refusal
    with transaction.atomic():
        run = Run.objects.create(name=name.strip()[:100], config=config.as_json(), max_epochs=config.epochs)
        RunEvent.objects.create(run=run, status=Status.QUEUED, text="Submitted.")
        RunTag.objects.bulk_create(RunTag(run=run, word=word) for word in tags)
        if enqueue:
            queue.enqueue_on_commit(run.pk)
        at_once(run)
    with about_run(run.pk):
        logger.info("submitted")
    return run


def refusals(config: RunConfig) -> list[FieldRefusedError]:
    """Everything in a valid configuration that this installation does not have."""
    found = [*dataset_refusals(config.dataset), *_parent_refusals(config), *_patience_refusals(config)]
    if engines.is_available(config.engine):
        return found
    return [FieldRefusedError("engine", "TensorFlow is not installed here: choose our own network"), *found]


def _patience_refusals(config: RunConfig) -> list[FieldRefusedError]:
    """Not a rule of `RunConfig`: runs of older releases have a patience without validation images."""
    is_blind = config.patience is not None and not config.validation_share
    return [FieldRefusedError("patience", NEEDS_VALIDATION)] if is_blind else []


def dataset_refusals(dataset: str) -> list[FieldRefusedError]:
    """Why a data set cannot be trained on here; empty if it can."""
    if dataset == rehearsal.KEY:
        count = selectors.count()
        return [] if count >= rehearsal.LEAST else [FieldRefusedError("dataset", rehearsal.too_few(count))]
    refusal = datasets.refusal(dataset)
    return [FieldRefusedError("dataset", refusal.removesuffix("."))] if refusal else []


def request_stop(run_id: int) -> Run:
    """Request a stop: a queued run stops at once, a running one saves a checkpoint first. Idempotent.

    Raises:
        Run.DoesNotExist: there is none of that id.
        RunStateError: it has ended already.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.status in {Status.STOPPING, Status.STOPPED}:
            return run
        if run.status == Status.QUEUED:
            return _change(run, Status.STOPPED, "Stopped before it started.", finished_at=Now())
        return _change(run, Status.STOPPING, "A stop was requested.")


def resume_run(run_id: int) -> Run:
    """Queue a stopped or failed run again; it goes on from its checkpoint.

    Raises:
        Run.DoesNotExist: there is none of that id.
        RunStateError: it is neither stopped nor failed.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.status == Status.QUEUED:
            return run
        if not run.can_resume:
            raise RunStateError(f"run {run_id} is {run.status}: only a stopped or failed run can be resumed")
        text = f"Resumed after epoch {run.last_epoch}." if run.checkpoint else "Queued again, from the start."
        if not run.checkpoint and run.last_epoch:  # retention removed it
            Run.objects.filter(pk=run_id).update(**NOTHING_LEARNED)
            remove_epochs(run_id)
        run = _change(
            run,
            Status.QUEUED,
            text,
            queued_at=Now(),
            offered_at=Now(),
            finished_at=None,
            failure="",
            finish_reason="",
            losses=0,
        )
        queue.enqueue_on_commit(run.pk)
    return run


def describe_run(
    run_id: int, *, name: str | None = None, notes: str | None = None, tags: Sequence[str] | None = None
) -> None:
    """Give a run another name, other notes or other tags; the version that it left keeps its own.

    Raises:
        Run.DoesNotExist: there is none of that id.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        run.name = run.name if name is None else name
        run.notes = run.notes if notes is None else notes
        run.save(update_fields=["name", "notes"])
        if tags is not None:
            RunTag.objects.filter(run=run).delete()
            RunTag.objects.bulk_create(RunTag(run=run, word=word) for word in tags)


def _parent_refusals(config: RunConfig) -> list[FieldRefusedError]:
    if config.from_version is None:
        return []
    try:
        parent = get_version(config.from_version)
    except VersionNotFoundError as error:
        return [FieldRefusedError("from_version", str(error))]
    wanted = config.architecture()
    has = parent.architecture
    texts = []
    if tuple(has["layer_sizes"]) != wanted.layer_sizes:
        hidden = ", ".join(map(str, has["layer_sizes"][1:-1]))
        texts.append(f"version {parent.number} has hidden layers {hidden}: use the same")
    texts += [
        f"version {parent.number} has {field} {has[field]}; this run has {given}"
        for field, given in (("activation", wanted.activation), ("output", wanted.output))
        if has[field] != given
    ]
    return [FieldRefusedError("from_version", text) for text in texts]


def _change(run: Run, status: Status, text: str, **fields: Any) -> Run:
    """Change the status of a locked run.

    Raises:
        RunStateError: the table of transitions does not allow it.
    """
    changed = change_status(Run.objects.filter(pk=run.pk), status, text, **fields)
    if changed is None:
        raise RunStateError(f"run {run.pk} is {run.status}: it cannot become {status.value}")
    return changed
