"""The progress of a training: all its state but parameters, optimizer and random generator."""

from dataclasses import dataclass, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from nnlib.errors import StateError
from nnlib.recipe import Recipe
from nnlib.vocabulary import FinishReason


@dataclass(slots=True)
class Progress:
    """Counters of a training, written by `EpochLoop` only.

    Attributes:
        epoch: Number of finished epochs.
        order: The current epoch's sample numbers `(n,)`; None for the given order, or between epochs.
        position: Number of samples of the current epoch that are done.
        error_sum: Summed error of these samples.
        correct: Number of correct predictions among them.
        seconds: Time spent in the current epoch.
        steps: Optimizer steps of all epochs.
        best_error: Lowest validation error of an epoch; lowest train error where there are no validation samples.
        epochs_since_best: Number of epochs after that one.
        reason: Why training is finished; None while it is not.
    """

    epoch: int = 0
    order: NDArray[np.intp] | None = None
    position: int = 0
    error_sum: float = 0.0
    correct: int = 0
    seconds: float = 0.0
    steps: int = 0
    best_error: float | None = None
    epochs_since_best: int = 0
    reason: FinishReason | None = None

    @property
    def is_best(self) -> bool:
        """Whether the last finished epoch has the lowest error so far."""
        return self.epoch > 0 and self.epochs_since_best == 0

    def close_epoch(self, *, train_error: float, validation_error: float | None, recipe: Recipe) -> None:
        """Count the epoch, decide whether it was the last, and reset the counters for the next."""
        watched = train_error if validation_error is None else validation_error
        self.epoch += 1
        self.order, self.position, self.error_sum, self.correct, self.seconds = None, 0, 0.0, 0, 0.0
        if self.best_error is None or watched < self.best_error:
            self.best_error, self.epochs_since_best = watched, 0
        else:
            self.epochs_since_best += 1
        if recipe.error_threshold is not None and train_error < recipe.error_threshold:
            self.reason = "error_threshold"
        elif recipe.patience is not None and self.epochs_since_best >= recipe.patience:
            self.reason = "patience"
        elif self.epoch >= recipe.epochs:
            self.reason = "epochs"

    def state(self) -> dict[str, Any]:
        """The fields as plain values; the order as uint32."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["order"] = None if self.order is None else self.order.astype(np.uint32)
        return values

    @classmethod
    def restored(cls, state: Any, *, samples: int) -> "Progress":
        """The progress that `state` returned.

        Raises:
            StateError: If fields are missing or of the wrong type, or the position or order is out of range.
        """
        if not isinstance(state, dict) or state.keys() != _KINDS.keys():
            raise StateError(f"expected progress with the fields {sorted(_KINDS)}, got {state!r:.80}")
        for name, kinds in _KINDS.items():
            if type(state[name]) not in kinds:
                raise StateError(f"{name} must be one of {[kind.__name__ for kind in kinds]}, got {state[name]!r:.80}")
        progress = cls(**state)
        if not 0 <= progress.position <= samples:
            raise StateError(f"position must be in 0..{samples}, got {progress.position}")
        if progress.reason not in (None, *get_args(FinishReason)):
            raise StateError(f"reason must be one of {get_args(FinishReason)}, got {progress.reason!r}")
        if progress.order is not None:
            if not np.array_equal(np.sort(progress.order), np.arange(samples)):
                raise StateError(
                    f"order must contain every sample number below {samples} once, got {progress.order!r:.80}"
                )
            progress.order = progress.order.astype(np.intp)
        return progress


_KINDS: dict[str, tuple[type, ...]] = {
    "epoch": (int,),
    "order": (np.ndarray, type(None)),
    "position": (int,),
    "error_sum": (float,),
    "correct": (int,),
    "seconds": (float, int),
    "steps": (int,),
    "best_error": (float, type(None)),
    "epochs_since_best": (int,),
    "reason": (str, type(None)),
}
