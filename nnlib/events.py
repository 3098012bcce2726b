"""The events of a training."""

from dataclasses import dataclass
from typing import TypeAlias

from nnlib.vocabulary import FinishReason


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """The position within an epoch; sent many times a second.

    Attributes:
        epoch: From 1.
        fraction: Of the epoch's samples, in [0, 1].
        error: Running mean over the samples of this epoch so far.
    """

    epoch: int
    fraction: float
    error: float


@dataclass(frozen=True, slots=True)
class EpochFinished:
    """The numbers of one epoch.

    Attributes:
        epoch: From 1.
        train_error: Mean over the forward passes of the epoch, during which the network changed.
        train_accuracy: Share in [0, 1], of the same passes.
        validation_error: Of the network at the end of the epoch, on samples that were held out; None without any.
        validation_accuracy: Share in [0, 1]; None without validation samples.
        test_error: Of the same network, on the test samples.
        test_accuracy: Share in [0, 1].
        learning_rate: Of the epoch's last step.
        seconds: Time spent in this epoch, test included, pauses excluded.
    """

    epoch: int
    train_error: float
    train_accuracy: float
    validation_error: float | None
    validation_accuracy: float | None
    test_error: float
    test_accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class TrainingFinished:
    """The last event.

    Attributes:
        reason: `error_threshold`: the train error of an epoch was below the recipe's threshold. `patience`: the
            validation error did not improve for that many epochs. `epochs`: the recipe's number of epochs is done.
    """

    reason: FinishReason


Event: TypeAlias = BatchProgress | EpochFinished | TrainingFinished
