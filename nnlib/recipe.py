"""The recipe of a training: everything that decides it but the network and the data."""

import math
from dataclasses import asdict, dataclass
from typing import Any, get_args

from nnlib.errors import RecipeError
from nnlib.vocabulary import AugmentationName, KeepName, LossName, OptimizerName, ScheduleName


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides a training but its network and data; valid by construction.

    Args:
        loss: `squared_error` (needs sigmoid outputs) or `cross_entropy` (needs softmax outputs).
        optimizer: See `optimizers.py`.
        learning_rate: Above 0. The schedule multiplies it.
        schedule: See `schedules.py`; spans all `epochs`.
        batch_size: Samples per step, at least 1. The last batch of an epoch may be smaller.
        epochs: Maximal number of passes over the samples, at least 1.
        error_threshold: Stop when the mean train error of an epoch is below it; None disables this.
        patience: Early stopping: stop after so many epochs without a lower validation error, at least 1; None disables
            this. Without validation samples the training error counts: nothing is ever chosen by test samples.
        keep: Which epoch's network a training ends with: the last one's, or that of the lowest validation error.
        l2: Weight decay, at least 0. Adds `l2 * w` to the gradient of every weight, not of biases; with `adamw` the
            weights are multiplied by `1 - learning_rate * l2` per step instead. The reported errors exclude it.
        dropout: Share in [0, 1) of hidden values that a training pass sets to 0; see `fast/dropout.py`.
        augmentation: How strongly samples are distorted, anew in every epoch; see `data/augmentation.py`.
        shuffle: Whether every epoch draws a new order of the samples; otherwise the given order is used.
        seed: At least 0. Of sample orders, dropout and distortions, not of the initial parameters.

    Raises:
        RecipeError: The message names the field, what was expected and what was given.
    """

    loss: LossName
    optimizer: OptimizerName
    learning_rate: float
    schedule: ScheduleName = "constant"
    batch_size: int = 128
    epochs: int = 10
    error_threshold: float | None = None
    patience: int | None = None
    keep: KeepName = "last"
    l2: float = 0.0
    dropout: float = 0.0
    augmentation: AugmentationName = "none"
    shuffle: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, names in _CHOICES.items():
            if getattr(self, name) not in names:
                raise RecipeError(f"{name} must be one of {names}, got {getattr(self, name)!r}")
        self._require_number("learning_rate", above=0)
        self._require_number("l2", at_least=0)
        self._require_number("dropout", at_least=0, below=1)
        self._require_int("batch_size", at_least=1)
        self._require_int("epochs", at_least=1)
        self._require_int("seed", at_least=0)
        if self.error_threshold is not None:
            self._require_number("error_threshold", above=0)
        if self.patience is not None:
            self._require_int("patience", at_least=1)
        if not isinstance(self.shuffle, bool):
            raise RecipeError(f"shuffle must be a bool, got {self.shuffle!r}")

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, by name."""
        return asdict(self)

    @staticmethod
    def completed(fields: Any) -> Any:
        """What `as_dict` returned in an older release, with the fields that are new; anything else unchanged."""
        return {"keep": "last", **fields} if isinstance(fields, dict) else fields

    def _require_int(self, name: str, *, at_least: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise RecipeError(f"{name} must be an int of at least {at_least}, got {value!r}")

    def _require_number(
        self, name: str, *, above: float = -math.inf, at_least: float = -math.inf, below: float = math.inf
    ) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RecipeError(f"{name} must be a number, got {value!r}")
        if not (above < value < below and value >= at_least):
            low = f"above {above:g}" if above > -math.inf else f"at least {at_least:g}"
            high = f" and below {below:g}" if below < math.inf else " and finite"
            raise RecipeError(f"{name} must be {low}{high}, got {value!r}")


_CHOICES: dict[str, tuple[str, ...]] = {
    "loss": get_args(LossName),
    "optimizer": get_args(OptimizerName),
    "schedule": get_args(ScheduleName),
    "augmentation": get_args(AugmentationName),
    "keep": get_args(KeepName),
}
