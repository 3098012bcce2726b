"""What can go wrong with a run, in words for the person who asked for it."""


class TrainingError(Exception):
    """Base of everything this package raises on purpose."""


class RunStateError(TrainingError):
    """The run is not in a state that allows what was asked."""


class LeaseLostError(TrainingError):
    """Another worker holds this run now: whoever gets this must stop and write nothing more."""


class StopRequested(TrainingError):  # noqa: N818 -- a request, not an error, but it travels the same way
    """Somebody asked for the run to stop."""


class WorkerShutdown(TrainingError):  # noqa: N818
    """This worker is told to end: save and hand the run back."""


class DatasetUnavailableError(TrainingError):
    """A data set cannot be had on this machine; the message says how to supply it."""


class StorageError(TrainingError, OSError):
    """A file cannot be written, and did not become writable in time; the message says why and what to do."""


class CheckpointError(TrainingError):
    """A checkpoint is missing, damaged or does not fit its run."""


class MeasurementError(TrainingError, ArithmeticError):
    """What a network answers cannot be measured."""
