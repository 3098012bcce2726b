"""Runs after a restore, and what of runs may go by the settings."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.training.conftest import Submit
from training.models import Epoch, Run, RunEvent, SnapshotRow
from training.runs import checkpoints, services
from training.runs.retention import rules, settle_restored_runs
from training.states import Status
from training.worker import leases
from training.worker.execution import execute


def held(submit: Submit, **fields: Any) -> Run:
    """A run that a worker holds, with one epoch."""
    run = submit(**fields)
    lease = leases.claim(run.pk)
    assert lease is not None
    name = checkpoints.save(run.pk, token=lease.token, serial=1, state={"epoch": 1})
    leases.record_epoch(lease, EPOCH, checkpoint=name, curve=[0.5])
    return run


EPOCH: dict[str, Any] = {
    "epoch": 1,
    "train_error": 0.5,
    "train_accuracy": 0.5,
    "test_error": 0.5,
    "test_accuracy": 0.5,
    "learning_rate": 0.1,
    "seconds": 0.1,
}


def ended(submit: Submit, status: Status, *, days_ago: float) -> Run:
    """A run that stopped or failed, with one epoch, a checkpoint and a snapshot."""
    run = held(submit)
    SnapshotRow.objects.create(run=run, epoch=1, data=bytes(1000))
    finished_at = timezone.now() - timedelta(days=days_ago)
    Run.objects.filter(pk=run.pk).update(status=status, lease_token=None, finished_at=finished_at)
    run.refresh_from_db()
    return run


def text_of(run: Run) -> str:
    return RunEvent.objects.filter(run=run).order_by("-id").values_list("text", flat=True)[0]


def test_a_run_that_a_worker_held_is_queued_again_after_a_restore_and_its_log_says_so(submit: Submit) -> None:
    run = held(submit)
    settle_restored_runs()
    run.refresh_from_db()
    assert (run.status, run.lease_token, run.heartbeat_at, run.stage, run.losses) == (Status.QUEUED, None, None, "", 0)
    assert (run.attempt, run.last_epoch) == (1, 1)
    assert text_of(run).startswith("Restored from a backup that was made while worker ")
    assert text_of(run).endswith("the run goes on after epoch 1.")


def test_a_run_that_was_stopping_is_stopped_after_a_restore(submit: Submit) -> None:
    run = held(submit)
    services.request_stop(run.pk)
    settle_restored_runs()
    run.refresh_from_db()
    assert (run.status, run.lease_token) == (Status.STOPPED, None)
    assert run.finished_at is not None
    assert text_of(run).endswith("it stopped after epoch 1.")


def test_by_default_nothing_of_runs_may_go(submit: Submit) -> None:
    ended(submit, Status.FAILED, days_ago=9999)
    assert list(rules()) == []


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED])
def test_an_old_checkpoint_of_an_ended_run_goes_by_setting(submit: Submit, settings: Any, status: Status) -> None:
    settings.KEEP_CHECKPOINTS_DAYS = 30
    old, new, working = ended(submit, status, days_ago=31), ended(submit, status, days_ago=29), held(submit)
    (rule,) = rules()
    size = (checkpoints.folder(old.pk) / old.checkpoint).stat().st_size
    assert (rule.find().count, rule.find().size_bytes) == (1, size)
    assert (rule.remove().count, rule.find().count) == (1, 0)
    assert not checkpoints.folder(old.pk).exists()
    for kept in (new, working):
        kept.refresh_from_db()
        assert (checkpoints.folder(kept.pk) / kept.checkpoint).exists()
    assert "resumed, it starts again" in text_of(old)


def test_a_run_whose_checkpoint_went_is_resumed_from_the_start_to_the_same_end(submit: Submit, settings: Any) -> None:
    settings.KEEP_CHECKPOINTS_DAYS = 1
    undisturbed = submit()
    execute(undisturbed.pk)
    run = ended(submit, Status.STOPPED, days_ago=2)
    (rule,) = rules()
    rule.remove()
    services.resume_run(run.pk)
    execute(run.pk)
    run.refresh_from_db()
    undisturbed.refresh_from_db()
    assert run.status == Status.COMPLETED, run.failure
    assert run.version is not None
    assert undisturbed.version is not None
    assert run.version.sha256 == undisturbed.version.sha256
    assert list(Epoch.objects.filter(run=run).values_list("epoch", flat=True)) == [1, 2]


def test_snapshots_of_failed_runs_go_by_setting(submit: Submit, settings: Any) -> None:
    settings.KEEP_FAILED_SNAPSHOTS_DAYS = 7
    failed = ended(submit, Status.FAILED, days_ago=8)
    stopped, recent = ended(submit, Status.STOPPED, days_ago=8), ended(submit, Status.FAILED, days_ago=6)
    (rule,) = rules()
    assert (rule.find().count, rule.find().size_bytes) == (1, 1000)
    assert rule.remove().count == 1
    assert set(SnapshotRow.objects.values_list("run", flat=True)) == {stopped.pk, recent.pk}
    failed.refresh_from_db()
    assert failed.checkpoint
