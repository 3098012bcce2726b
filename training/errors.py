"""Errors of runs, in words for the person who submitted the run."""

from weblib.errors import LabError


class TrainingError(LabError):
    """Base of every error of this package."""


class RunStateError(TrainingError):
    """The state of the run does not allow this."""

    code = "run.state"
    status = 409


class StateNotStoredError(RunStateError):
    """No network of this run after this epoch is stored."""

    code = "run.state_not_stored"


class ComparisonError(TrainingError, ValueError):
    """This set of versions and runs cannot be compared."""

    code = "comparison.invalid"


class LeaseLostError(TrainingError):
    """Another worker holds the lease of this run: stop, and write nothing more."""

    code = "lease.lost"


class StopRequested(TrainingError):  # noqa: N818 -- a request, not an error, but it travels the same way
    """A stop of the run was requested."""

    code = "run.stop_requested"


class WorkerShutdown(TrainingError):  # noqa: N818
    """This worker is shutting down: save a checkpoint and return the run to the queue."""

    code = "worker.shutdown"


class StorageError(TrainingError, OSError):
    """A file could not be written within the timeout; the message says why and what to do."""

    code = "storage.failed"


class CheckpointError(TrainingError):
    """A checkpoint cannot be used."""

    code = "checkpoint.invalid"


class CheckpointLostError(CheckpointError):
    """A checkpoint is missing or damaged: it will not come back by itself."""

    code = "checkpoint.lost"
