"""What a worker does with one run: claim, load, train, write each epoch, publish. Safe to run twice."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db import Error, transaction

import datasets
from datasets import Dataset, Labelled
from inference.errors import PLAIN_ERRORS
from inference.models import ModelVersion
from inference.registry import snapshots
from inference.registry.kept_epoch import kept_epoch
from inference.registry.learned_corrections import origin_of
from inference.registry.selectors import get_version
from inference.registry.services import VersionFacts, load_network, publish_version, store_network
from inference.reports.metrics import measured
from nnlib import BatchProgress, EpochFinished, Event, Network, TrainingFinished
from nnlib.errors import NonFiniteError
from training.configuration.run_config import RunConfig
from training.engines import Training, libraries, new_training
from training.errors import CheckpointLostError, LeaseLostError, RunStateError, StopRequested, WorkerShutdown
from training.messaging import notifications, queue
from training.models import Run
from training.runs import checkpoints
from training.runs.checkpoints import SavedNetwork
from training.runs.findings import NOT_FINITE
from training.runs.selectors import epochs_after
from training.states import Status
from training.worker import leases, reconciliation, shutdown
from training.worker.heartbeat import Heartbeat
from training.worker.leases import Lease
from training.worker.retrying import retry_database, retry_disk, storage_error_label
from training.worker.snapshot_recorder import SnapshotRecorder
from weblib.log_context import about_run
from weblib.outages import outage_of

logger = logging.getLogger(__name__)

CURVE_POINTS = 60
SECONDS_BETWEEN_PROGRESS = 0.2
SECONDS_BETWEEN_CHECKPOINTS = 30.0
# Until an engine's first event, beyond what a step may take: TensorFlow is imported and compiles.
ENGINE_START_SECONDS: Final = {"nnlib": 0.0, "keras": 120.0}

Observer = Callable[[Event], None]
FINISH_SENTENCES = {
    "error_threshold": "The average error fell below the threshold.",
    "epochs": "All epochs are done.",
    "patience": "The validation error stopped falling.",
}


def execute_next() -> bool:
    """Train the run that was queued first; False if none is queued.

    Messages may be lost: when the run has ended, one more is sent if others are queued.
    """
    lease = leases.claim_next()
    if lease is None:
        return False
    carry_out(lease)
    if not shutdown.is_requested():
        retry_database(reconciliation.offer_next)
    return True


def execute(
    run_id: int, *, observe: Observer = lambda _event: None, started: Callable[[Heartbeat], None] = lambda _watch: None
) -> bool:
    """Train this run, as `carry_out`; False if it is not queued."""
    lease = leases.claim(run_id)
    if lease is None:
        return False
    carry_out(lease, observe=observe, started=started)
    return True


def carry_out(
    lease: Lease, *, observe: Observer = lambda _event: None, started: Callable[[Heartbeat], None] = lambda _watch: None
) -> None:
    """Train a claimed run to its end, whatever that is.

    Args:
        lease: of the run.
        observe: called with every event of the trainer.
        started: called with the run's watch, through which the caller can stop it.
    """
    execution = Execution(lease, observe)
    with about_run(lease.run_id), Heartbeat(lease) as watch:
        started(watch)
        try:
            execution.train(watch)
        except LeaseLostError as error:
            logger.warning("%s: nothing more is written", error)
        except (StopRequested, WorkerShutdown) as request:
            _let_go(execution, request)
        except Exception as error:  # the boundary: whatever it was, the run must not stay "running"
            if not isinstance(error, PLAIN_ERRORS):
                logger.exception("run %s failed", lease.run_id)
            _fail(lease, error)


class Execution:
    """One worker's work on one run."""

    def __init__(self, lease: Lease, observe: Observer) -> None:
        self.lease = lease
        self._observe = observe
        self._training: Training | None = None
        self._dataset_fingerprint = ""
        self._serial = 0
        self._progress_at = 0.0
        self._saved_at = time.monotonic()
        self._curve: list[float] = []
        self._named = ""  # the checkpoint that the run's row names

    def train(self, watch: Heartbeat) -> None:
        """Train until the end, a request or an error.

        Raises:
            LeaseLostError, StopRequested, WorkerShutdown: as `watch.check()`.
            LabError, NnlibError: what ends the run as failed.
        """
        self._watch = watch
        run = retry_database(lambda: Run.objects.get(pk=self.lease.run_id))
        config = run.configuration
        watch.check()
        data, validation = self._load_data(config, watch).held_out(config.validation_share, config.seed)
        self._dataset_fingerprint = data.fingerprint
        state = self._saved_state(run)
        watch.check()
        watch.allow(ENGINE_START_SECONDS[config.engine])
        first = retry_database(lambda: _first_network(config))
        training = self._training = new_training(config, first, data, validation, state)
        film = SnapshotRecorder(run.pk, config.loss, data)
        if state is None:
            retry_database(lambda: film.begin(training.network))
        self._set_stage("")
        for event in training.events():
            self._observe(event)
            if isinstance(event, EpochFinished):
                self._record(event, film, training.network)
            elif isinstance(event, BatchProgress):
                self._tell(event)
            else:
                self._publish(
                    event, run, config=config, data=data, validation=validation, network=training.kept, film=film
                )
                return
            watch.check()

    def _saved_state(self, run: Run) -> dict[str, Any] | None:
        """Where the training goes on from; None where it begins, for the first time or as its checkpoint is lost."""
        try:
            state = checkpoints.load(run.pk, run.checkpoint) if run.checkpoint else None
        except CheckpointLostError as error:
            reason = str(error)
            logger.warning("run %s begins again: %s", run.pk, reason)
            retry_database(lambda: leases.begin_again(self.lease, reason))
            return None
        self._curve, self._named = list(run.curve), run.checkpoint
        return state

    def save(self) -> str | None:
        """Write a checkpoint of where the trainer is; its name, or None before training began."""
        if self._training is None:
            return None
        self._serial += 1
        self._saved_at = time.monotonic()
        return checkpoints.save(
            self.lease.run_id,
            token=self.lease.token,
            serial=self._serial,
            state=self._training.state(),
            network=SavedNetwork(self._training.network.flat, self._dataset_fingerprint),
        )

    def superseded_by(self, name: str) -> list[Path]:
        """What may be removed once the row names this checkpoint: all but it and the one before it."""
        return checkpoints.others(self.lease.run_id, {name, self._named})

    def _load_data(self, config: RunConfig, watch: Heartbeat) -> Dataset:
        told = 0.0

        def progress(share: float) -> None:
            nonlocal told
            watch.check()
            if time.monotonic() - told >= 1.0:
                told = time.monotonic()
                self._set_stage(f"preparing {config.dataset}: {share:.0%}")

        self._set_stage(f"loading {config.dataset}")
        return datasets.load(config.dataset, progress, kept=checkpoints.kept_data(self.lease.run_id))

    def _record(self, event: EpochFinished, film: SnapshotRecorder, network: Network) -> None:
        name = self._saved()
        snapshot = film.taken(event.epoch, network)
        self._curve.append(round(event.train_error, 6))
        if len(self._curve) > CURVE_POINTS:
            del self._curve[1:-1:2]
        superseded = self.superseded_by(name)

        def record() -> None:
            with transaction.atomic():
                leases.record_epoch(self.lease, asdict(event), checkpoint=name, curve=self._curve)
                film.keep(snapshot)

        retry_database(record)
        self._named = name
        checkpoints.remove(superseded)

    def _tell(self, event: BatchProgress) -> None:
        now = time.monotonic()
        if now - self._progress_at >= SECONDS_BETWEEN_PROGRESS:
            self._progress_at = now
            notifications.notify(self.lease.run_id, progress=asdict(event))
        if now - self._saved_at >= SECONDS_BETWEEN_CHECKPOINTS:
            name = self._saved()
            superseded = self.superseded_by(name)
            retry_database(lambda: leases.write(self.lease, stage="", **checkpoints.named(name)))
            self._named = name
            checkpoints.remove(superseded)

    def _saved(self) -> str:
        """The name of a checkpoint of where the trainer is; waits for a disk that is full.

        Raises:
            StorageError: it stayed full.
        """
        return retry_disk(self.save, "the checkpoint", tell=self._wait_for) or ""

    def _wait_for(self, what: str) -> None:
        """Set the stage to the reason of the retry; a requested stop ends it."""
        self._watch.check()
        self._set_stage(f"waiting: {what}")

    def _set_stage(self, stage: str) -> None:
        retry_database(lambda: leases.set_stage(self.lease, stage))

    def _publish(
        self,
        end: TrainingFinished,
        run: Run,
        *,
        config: RunConfig,
        data: Dataset,
        validation: Labelled | None,
        network: Network,
        film: SnapshotRecorder,
    ) -> None:
        """Make the version and complete the run, together or not at all."""
        moments = retry_database(film.all)
        history = retry_database(lambda: epochs_after(run.pk))
        metrics, predictions = measured(
            network,
            data.x_test,
            data.y_test,
            loss=config.loss,
            config=config.as_json(),
            history=history,
            validation=validation,
        )
        artifact = retry_disk(lambda: store_network(network), "the model file", tell=self._wait_for)
        film_file = retry_disk(lambda: snapshots.store(moments), "the file of snapshots", tell=self._wait_for)
        parent = retry_database(lambda: _parent(config))
        learned = retry_database(lambda: origin_of(data.corrections, started_at=run.started_at, parent=parent))
        facts = VersionFacts(
            source=ModelVersion.Source.RUN,
            name=run.name,
            config=config.as_json(),
            metrics=metrics,
            history=[dict(epoch) for epoch in history],
            test_predictions=predictions.astype(np.uint8).tobytes(),
            dataset=config.dataset,
            dataset_fingerprint=data.fingerprint,
            tags=tuple(tag.word for tag in run.tags.all()),
            libraries=libraries(config.engine),
            parent=parent,
            origin={"attempts": run.attempt, **learned},
        )

        def complete() -> None:
            with transaction.atomic():
                leases.write(self.lease, finish_reason=end.reason)
                version = publish_version(network, artifact, facts)
                snapshots.attach(version, film_file, moments)
                film.remove()
                kept = kept_epoch(config.as_json(), history)
                moment = "" if kept is None else f", as it was after epoch {kept}"
                text = f"{FINISH_SENTENCES[end.reason]} Published as version {version.number}{moment}."
                leases.release(
                    self.lease, Status.COMPLETED, text, version=version, checkpoint="", previous_checkpoint=""
                )

        retry_database(complete)
        checkpoints.remove_all(run.pk)


def _parent(config: RunConfig) -> ModelVersion | None:
    return None if config.from_version is None else get_version(config.from_version)


def _first_network(config: RunConfig) -> Network:
    """Where training starts: drawn from the seed, or the weights of another version."""
    parent = _parent(config)
    if parent is not None:
        return load_network(parent)
    # A stream of its own: the trainer draws orders and distortions from the plain seed.
    rng = np.random.default_rng([config.seed, 1])
    return Network.initialised(config.architecture(), initializer=config.initializer, rng=rng)


def _let_go(execution: Execution, request: StopRequested | WorkerShutdown) -> None:
    """Save, then stop the run or hand it back to the queue; a disk that is full holds neither up."""
    lease, reason = execution.lease, f"{request} " if str(request) else ""
    saved = "what it learned is saved"
    try:
        name = execution.save()
    except OSError as error:
        name, saved = None, f"its last steps could not be saved ({storage_error_label(error)})"
    kept: dict[str, Any] = {} if name is None else checkpoints.named(name)
    superseded = [] if name is None else execution.superseded_by(name)
    try:
        if isinstance(request, StopRequested):
            retry_database(lambda: leases.release(lease, Status.STOPPED, f"{reason}Stopped; {saved}.", **kept))
        else:
            retry_database(lambda: _hand_back(lease, kept, saved))
    except LeaseLostError as error:
        logger.warning("%s: nothing more is written", error)
    except Error as error:
        logger.warning("run %s is left to the scheduler: %s", lease.run_id, error)
    else:
        checkpoints.remove(superseded)


def _hand_back(lease: Lease, kept: dict[str, Any], saved: str) -> None:
    try:
        with transaction.atomic():
            text = f"The worker was shut down; {saved}, and it is queued again."
            leases.release(lease, Status.QUEUED, text, **kept)
            queue.enqueue_on_commit(lease.run_id)
    except RunStateError:  # a stop was requested meanwhile
        leases.release(lease, Status.STOPPED, f"Stopped; {saved}.", **kept)


def _fail(lease: Lease, error: Exception) -> None:
    try:
        reason = _reason(error)
        diverged = {"finish_reason": NOT_FINITE} if isinstance(error, NonFiniteError) else {}
        leases.release(lease, Status.FAILED, f"Failed: {reason}", failure=reason, **diverged)
    except LeaseLostError as lost:
        logger.warning("%s: nothing more is written", lost)
    except Error as away:
        logger.warning("run %s is left to the scheduler: %s", lease.run_id, away)


def _reason(error: Exception) -> str:
    """Why a run failed, in plain words where we have them."""
    if isinstance(error, PLAIN_ERRORS):
        return str(error)
    if isinstance(error, Error) and outage_of(error):
        return f"the database did not answer: {error}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {storage_error_label(error)}"
    return f"{type(error).__name__}: {error}"
