"""One function changes the status of a run, and only as the table of transitions allows."""

import ast

import pytest

from tests.lab import ROOT
from tests.training.conftest import Submit
from training.errors import RunStateError
from training.models import Run
from training.runs import services
from training.states import Status
from training.worker import leases

WRITES = {"update", "bulk_update", "update_or_create"}


def writers_of_a_status() -> set[str]:
    """The modules of training in which a call of `update` or the like has a `status`."""
    found = set[str]()
    for path in (ROOT / "training").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
                continue
            if any(keyword.arg == "status" for keyword in node.keywords):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_one_module_writes_a_status() -> None:
    assert writers_of_a_status() == {"training/runs/status.py"}


def test_a_worker_cannot_queue_a_run_that_is_to_stop(submit: Submit) -> None:
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    services.request_stop(run.pk)
    with pytest.raises(RunStateError, match="stopping: it cannot become queued"):
        leases.release(lease, Status.QUEUED, "back")
    assert Run.objects.get(pk=run.pk).status == Status.STOPPING


def test_a_refused_change_writes_nothing(submit: Submit) -> None:
    run = submit()
    with pytest.raises(RunStateError):
        services.resume_run(_completed(run).pk)
    assert Run.objects.get(pk=run.pk).status == Status.COMPLETED
    assert Run.objects.get(pk=run.pk).events.count() == 3


def _completed(run: Run) -> Run:
    lease = leases.claim(run.pk)
    assert lease is not None
    leases.release(lease, Status.COMPLETED, "Done.")
    return run
