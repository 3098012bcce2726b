"""Several runs stopped, or put into the trash: each answers for itself."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal

from training.errors import RunStateError
from training.models import Run
from training.runs import services, trash_services
from training.states import HELD, Status
from weblib.lists import bulk
from weblib.lists.bulk import Left, Outcome

BulkAction = Literal["stop", "trash"]


def sorted_out(action: BulkAction, run_ids: Iterable[int]) -> tuple[list[Run], list[Left]]:
    """Those of the runs to which it can be done as they are now, newest first, and the others."""
    find = Run.objects.select_related("version").in_bulk
    return bulk.sorted_out(run_ids, find, partial(_why_not, action), noun="Run")


def act(action: BulkAction, run_ids: Iterable[int], *, by: str) -> Outcome:
    """Stop the runs or put them into the trash, one by one."""
    throw_away = partial(trash_services.trash_run, by=by)
    do: Callable[[int], object] = services.request_stop if action == "stop" else throw_away
    able, left = sorted_out(action, run_ids)
    return bulk.done_to(able, lambda run: do(run.pk), left=left, refused=RunStateError, missing=Run.DoesNotExist)


def _why_not(action: BulkAction, run: Run) -> str:
    if action == "trash":
        return "a worker trains it: stop it first" if run.status in HELD else ""
    if run.status == Status.STOPPING:
        return "it is stopping already"
    return "" if run.can_stop else f"it is {run.status} already"
