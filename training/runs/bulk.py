"""The same done to several runs: each answers for itself, and those that cannot are named and left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from training.errors import RunStateError
from training.models import Run
from training.runs import services, trash_services
from training.states import HELD, Status

BulkAction = Literal["stop", "trash"]
MAX_RUNS: Final = 200


@dataclass(frozen=True, slots=True)
class Left:
    """A run to which it is not done, and why not."""

    title: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """The runs to which it was done, by name, and those that were left."""

    done: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def sorted_out(action: BulkAction, run_ids: Iterable[int]) -> tuple[list[Run], list[Left]]:
    """Those of the runs to which it can be done as they are now, newest first, and the others."""
    asked = sorted(set(run_ids), reverse=True)[:MAX_RUNS]
    found = {run.pk: run for run in Run.objects.filter(pk__in=asked).select_related("version")}
    able: list[Run] = []
    left: list[Left] = []
    for run_id in asked:
        run = found.get(run_id)
        reason = "it is not there any more" if run is None else _why_not(action, run)
        if run is None or reason:
            left.append(Left(f"Run {run_id}" if run is None else run.title, reason))
        else:
            able.append(run)
    return able, left


def act(action: BulkAction, run_ids: Iterable[int], *, by: str) -> Outcome:
    """Stop the runs or put them into the trash, one by one."""
    throw_away = partial(trash_services.trash_run, by=by)
    do: Callable[[int], object] = services.request_stop if action == "stop" else throw_away
    able, left = sorted_out(action, run_ids)
    outcome = Outcome(left=left)
    for run in able:
        try:
            do(run.pk)
        except RunStateError as error:  # it has changed since it was looked at
            outcome.left.append(Left(run.title, str(error)))
        except Run.DoesNotExist:
            outcome.left.append(Left(run.title, "it is not there any more"))
        else:
            outcome.done.append(run.title)
    return outcome


def _why_not(action: BulkAction, run: Run) -> str:
    if action == "trash":
        return "a worker trains it: stop it first" if run.status in HELD else ""
    if run.status == Status.STOPPING:
        return "it is stopping already"
    return "" if run.can_stop else f"it is {run.status} already"
