"""Machines whose clocks are wrong: the database's clock alone writes and judges leases, offers and log lines."""

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from tests.lab import Lab, store_small_pen_strokes
from tests.processes import until
from training.models import Run, RunEvent
from training.runs import services
from training.runs.selectors import get_run
from training.states import Status
from training.worker import leases, reconciliation

Submit = Callable[..., Run]
REAL_NOW = timezone.now
NEAR = timedelta(seconds=20)
# Imported by every process of the lab when it starts; the workers' clock is shifted.
SHIFTED_WORKERS = """
import os, sys
from datetime import timedelta

if "worker" in sys.orig_argv:
    from django.utils import timezone

    now, shift = timezone.now, timedelta(seconds=float(os.environ["TEST_CLOCK_SHIFT"]))
    timezone.now = lambda: now() + shift
"""


@pytest.fixture(params=[-600.0, -30.0, 600.0])
def shift(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Shifts Python's clock when called, as on another machine; put right at the end."""

    def shift_clock() -> None:
        by = timedelta(seconds=request.param)
        monkeypatch.setattr(timezone, "now", lambda: REAL_NOW() + by)

    return shift_clock


def is_near_now(moment: datetime | None) -> bool:
    """Whether it is the true time."""
    return moment is not None and abs(moment - REAL_NOW()) < NEAR


def test_every_time_that_a_machine_with_a_wrong_clock_writes_is_right(
    submit: Submit, shift: Callable[[], None]
) -> None:
    shift()
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    leases.heartbeat(lease)
    held = get_run(run.pk)
    assert all(map(is_near_now, (held.created_at, held.offered_at, held.started_at, held.heartbeat_at)))
    leases.release(lease, Status.STOPPED, "Stopped.")
    assert is_near_now(get_run(run.pk).finished_at)
    services.resume_run(run.pk)
    assert is_near_now(get_run(run.pk).offered_at)
    assert all(map(is_near_now, RunEvent.objects.filter(run=run).values_list("at", flat=True)))


def test_a_live_lease_of_a_machine_with_a_wrong_clock_is_left_alone(
    submit: Submit, shift: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submit()
    shift()
    lease = leases.claim(run.pk)
    assert lease is not None
    leases.heartbeat(lease)
    monkeypatch.setattr(timezone, "now", REAL_NOW)
    reconciliation.reconcile()
    assert get_run(run.pk).status == "running"


def test_a_scheduler_with_a_wrong_clock_takes_no_live_run_over(submit: Submit, shift: Callable[[], None]) -> None:
    run = submit()
    assert leases.claim(run.pk) is not None
    shift()
    reconciliation.reconcile()
    assert get_run(run.pk).status == "running"


def test_a_worker_with_a_wrong_clock_that_was_killed_is_lost_once_its_lease_expires(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, shift: Callable[[], None]
) -> None:
    monkeypatch.setattr(django_settings, "LEASE_SECONDS", 0.2)
    run = submit()
    shift()
    assert leases.claim(run.pk) is not None
    monkeypatch.setattr(timezone, "now", REAL_NOW)
    time.sleep(0.4)
    reconciliation.reconcile()
    assert (get_run(run.pk).status, get_run(run.pk).losses) == ("queued", 1)


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [-30, 600])
def test_a_worker_whose_clock_is_wrong_keeps_its_run_and_stops_it(tmp_path: Path, seconds: int) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SHIFTED_WORKERS)
    lab = Lab(
        tmp_path / "lab",
        PYTHONPATH=os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]),
        TEST_CLOCK_SHIFT=str(seconds),
        LEASE_SECONDS="4",
        SCHEDULER_SECONDS="0.5",
    )
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    try:
        config = {"dataset": "pen-strokes", "hidden_layers": [256], "epochs": 5000, "batch_size": 8, "seed": 3}
        _, run = lab.call("POST", "runs", config)
        address = f"runs/{run['id']}"
        until(lambda: lab.call("GET", address)[1]["status"] == "running", what="the start")
        time.sleep(6)  # longer than a lease
        assert lab.call("POST", f"{address}/stop")[0] == 200
        until(lambda: lab.call("GET", address)[1]["status"] == "stopped", within_seconds=20, what="the stop")
        events = [event["text"] for event in lab.call("GET", address)[1]["events"]]
        assert not [text for text in events if "lost" in text]
        assert len([text for text in events if text.startswith("Claimed")]) == 1
    finally:
        lab.stop()
