"""How long a run will take, and when a queued one starts: estimated from the runs that trained here before."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.db.models import Q, QuerySet, Subquery

from datasets import TRAIN_COUNTS
from training.configuration.run_config import RunConfig
from training.models import Run
from training.states import HELD, Status

RECENT_RUNS: Final = 200
ALIKE_RUNS: Final = 5
# Of runs that are further apart than this, the time of one says too little about the other's.
FURTHEST: Final = 2.0
MOST_QUEUED: Final = 500
# What a sample costs besides its products with the parameters (batches, tests, progress), counted in parameters: an
# epoch of 784-250-10 took 4.7 times that of 784-16-10 (one core of an Intel Xeon, batches of 128), not 15.6 times.
_FIXED: Final = 40_000
# Fields other than sizes that change the work of a step, and how much a difference counts.
_WEIGHTS: Final = {"optimizer": 0.5, "augmentation": 1.0}


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected time of an epoch, from runs that trained here.

    Attributes:
        seconds_per_epoch: of training and testing.
        run_id: the run it was measured on.
        is_scaled: whether that run trained in another way, so that its time was scaled to this one's work.
    """

    seconds_per_epoch: float
    run_id: int
    is_scaled: bool


@dataclass(frozen=True, slots=True)
class _Measured:
    run_id: int
    config: RunConfig
    seconds_per_epoch: float


class PastRuns:
    """The runs that trained here last, read once for any number of estimates."""

    def __init__(self) -> None:
        rows = Run.objects.filter(last_epoch__gt=0, train_seconds__gt=0).order_by("-id")
        self._measured = [
            _Measured(run_id, RunConfig.model_validate(config), seconds / epochs)
            for run_id, config, seconds, epochs in rows.values_list("id", "config", "train_seconds", "last_epoch")[
                :RECENT_RUNS
            ]
        ]

    def estimate(self, config: RunConfig) -> Estimate | None:
        """The median of the most similar runs, scaled by parameters and samples; None if none is similar enough."""
        compared = [(_distance(config, one.config), one) for one in self._measured]
        least = min((distance for distance, _ in compared), default=math.inf)
        if least > FURTHEST:
            return None
        nearest = [one for distance, one in compared if distance == least][:ALIKE_RUNS]
        seconds = median(one.seconds_per_epoch * _work(config) / _work(one.config) for one in nearest)
        return Estimate(seconds, nearest[0].run_id, is_scaled=least > 0)


def expected_start_seconds(run: Run) -> float | None:
    """The time until a worker claims this queued run, if every run uses all of its epochs.

    As many runs train at once as do now. None if the run is not queued, no run trains, or the time of a run before it
    cannot be estimated.
    """
    if run.status != Status.QUEUED:
        return None
    held = list(Run.objects.filter(status__in=HELD).only("config", "last_epoch", "max_epochs", "train_seconds"))
    before = list(_queued_before(run).only("config", "last_epoch", "max_epochs", "train_seconds")[:MOST_QUEUED])
    if not held or len(before) == MOST_QUEUED:
        return None
    past = PastRuns()
    free_in, needed = [_remaining(one, past) for one in held], [_remaining(one, past) for one in before]
    return _start_after(free_in, needed)


def queue_position(run: Run) -> int | None:
    """1 for the queued run that a worker claims next; None for one that is not queued."""
    return 1 + _queued_before(run).count() if run.status == Status.QUEUED else None


def _queued_before(run: Run) -> QuerySet[Run]:
    # Compared in the database: SQLite keeps the times that it writes itself with fewer digits than those of Django.
    own = Run.objects.filter(pk=run.pk).values("queued_at")
    earlier = Q(queued_at__lt=Subquery(own)) | Q(queued_at=Subquery(own), pk__lt=run.pk)
    return Run.objects.filter(earlier, status=Status.QUEUED).order_by("queued_at", "pk")


def _start_after(free_in: Sequence[float | None], needed: Sequence[float | None]) -> float | None:
    """Seconds until a slot is free for the run that follows `needed`, each of which takes the first free slot."""
    slots = [seconds for seconds in free_in if seconds is not None]
    if len(slots) < len(free_in):
        return None
    heapq.heapify(slots)
    for seconds in needed:
        if seconds is None:
            return None
        heapq.heapreplace(slots, slots[0] + seconds)
    return slots[0]


def _remaining(run: Run, past: PastRuns) -> float | None:
    left = max(0, run.max_epochs - run.last_epoch)
    if run.last_epoch and run.train_seconds:
        return left * run.train_seconds / run.last_epoch
    estimate = past.estimate(run.configuration)
    return None if estimate is None else left * estimate.seconds_per_epoch


def _distance(one: RunConfig, other: RunConfig) -> float:
    """0 for the same work in each epoch; infinite where the time of one says nothing about the other's."""
    if one.engine != other.engine or (one.dataset != other.dataset and not _has_known_size(one, other)):
        return math.inf
    sizes = abs(math.log((one.parameter_count + _FIXED) / (other.parameter_count + _FIXED)))
    batches = 0.5 * abs(math.log(one.batch_size / other.batch_size))
    differences = sum(weight for name, weight in _WEIGHTS.items() if getattr(one, name) != getattr(other, name))
    shape = 0.1 if one.hidden_layers != other.hidden_layers or one.dataset != other.dataset else 0.0
    return sizes + batches + differences + shape + 0.2 * ((one.dropout > 0) != (other.dropout > 0))


def _work(config: RunConfig) -> float:
    """What the time of an epoch is proportional to: samples times their cost."""
    return TRAIN_COUNTS.get(config.dataset, 1) * (config.parameter_count + _FIXED)


def _has_known_size(*configs: RunConfig) -> bool:
    return all(config.dataset in TRAIN_COUNTS for config in configs)
