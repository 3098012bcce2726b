"""`prune` removes what may go and nothing else; `--dry-run` removes nothing; the scheduler leaves what looks wrong."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from digitlab.celery import LocalScheduler, app
from inference.model_files.pickle import network_pickle
from inference.models import Alias, ModelVersion
from inference.registry.services import import_version, model_store
from inference.registry.trash_services import restore_version, trash_version
from storage import files, pruning, tasks
from tests.inference.conftest import draw_network
from tests.storage.conftest import Submit
from tests.storage.test_verification import age

__all__ = ["draw_network"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def versions(folders: Path, draw_network: Any) -> list[int]:
    """The numbers of three imported versions; the first is the champion."""
    data = [network_pickle.network_to_bytes(draw_network(seed=seed), preprocessing="none") for seed in (1, 2, 3)]
    return [import_version(one).number for one in data]


@pytest.fixture
def garbage(versions: list[int], tmp_path: Path) -> Path:
    """A session that has expired, one that has not, and a file without a row."""
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(days=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(days=1))
    path = tmp_path / "models" / "forgotten.pickle"
    path.write_bytes(bytes(1000))
    age(path)
    return path


def state(folder: Path) -> tuple[list[str], list[int], list[str]]:
    return (
        sorted(path.name for path in (folder / "models").iterdir()),
        sorted(ModelVersion.everything.values_list("number", flat=True)),
        sorted(Session.objects.values_list("session_key", flat=True)),
    )


def test_a_dry_run_says_what_would_go_and_removes_nothing(
    garbage: Path, versions: list[int], tmp_path: Path, settings: Any, capsys: Any
) -> None:
    settings.KEEP_TRASH_DAYS = 30
    throw_away(versions[1], days_ago=31)
    before = state(tmp_path)
    call_command("prune", "--dry-run")
    said = capsys.readouterr().out
    assert state(tmp_path) == before
    assert "Sessions that have expired: 1, 0 bytes\n" in said
    assert "Files without a row, older than a day: 1, 1.0 kB\n" in said
    assert "Versions thrown away more than 30 days ago: 1, " in said
    size = ModelVersion.everything.get(number=versions[1]).size_bytes
    assert [one.amount.size_bytes for one in pruning.candidates() if one.rule.key == "trash"] == [size]


def test_prune_removes_what_the_dry_run_said(
    garbage: Path, versions: list[int], tmp_path: Path, settings: Any, capsys: Any
) -> None:
    settings.KEEP_TRASH_DAYS = 30
    throw_away(versions[1], days_ago=31)
    throw_away(versions[2], days_ago=29)
    call_command("prune", "--dry-run")
    would = capsys.readouterr().out
    artifact = ModelVersion.everything.get(number=versions[1]).artifact
    call_command("prune")
    assert capsys.readouterr().out == would.replace("would go", "removed")
    names, numbers, sessions = state(tmp_path)
    assert (numbers, sessions) == ([versions[0], versions[2]], ["new"])
    assert garbage.name not in names
    assert artifact not in names
    assert len(names) == 2


def test_by_default_the_trash_is_kept_and_only_garbage_goes(garbage: Path, versions: list[int], tmp_path: Path) -> None:
    throw_away(versions[1], days_ago=9999)
    tasks.prune_and_log()
    names, numbers, sessions = state(tmp_path)
    assert (len(names), numbers, sessions) == (3, versions, ["new"])


def test_a_version_that_was_restored_meanwhile_stays(versions: list[int], settings: Any) -> None:
    settings.KEEP_TRASH_DAYS = 1
    throw_away(versions[1], days_ago=2)
    rule = next(one.rule for one in pruning.candidates() if one.rule.key == "trash")
    restore_version(versions[1])
    assert rule.remove().count == 0
    assert ModelVersion.objects.filter(number=versions[1]).exists()


def test_a_young_file_without_a_row_stays(versions: list[int], tmp_path: Path) -> None:
    path = tmp_path / "models" / "being-published.pickle"
    path.write_bytes(b"x")
    pruning.prune()
    assert path.exists()


def test_the_scheduler_leaves_a_store_whose_database_may_be_another_one(
    garbage: Path, tmp_path: Path, capsys: Any
) -> None:
    for path in (tmp_path / "models").iterdir():
        age(path)
    Alias.objects.all().delete()
    ModelVersion.everything.all().delete()  # as with a new, empty database
    tasks.prune_and_log()
    assert len(state(tmp_path)[0]) == 4
    (orphans,) = (one for one in pruning.candidates() if one.rule.key == "orphans")
    assert orphans.refusal.startswith("4 files have no row and 0 have one")
    pruning.prune()
    assert state(tmp_path)[0] == []


def test_what_a_killed_backup_left_goes_after_a_day(submit: Submit, tmp_path: Path) -> None:
    old, new = tmp_path / "models" / ".backup-old", tmp_path / "checkpoints" / ".backup-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "0").write_bytes(b"x")
    age(old)
    assert list(files.names_in(model_store())) == []
    pruning.prune()
    assert (old.exists(), new.exists()) == (False, True)


def test_the_scheduler_prunes_as_often_as_the_setting_says() -> None:
    entry = django_settings.CELERY_BEAT_SCHEDULE["prune"]
    assert (entry["task"], entry["schedule"]) == ("storage.tasks.prune", 86_400)


def test_the_scheduler_does_not_wait_for_it_and_begins_it_once(garbage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, calls, prune = threading.Event(), [], pruning.prune

    def slow(**options: Any) -> Any:
        calls.append(options)
        assert go_on.wait(10)
        return prune(**options)

    monkeypatch.setattr(pruning, "prune", slow)
    for _ in range(3):
        tasks.prune()  # each comes back while the first is still at work
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "prune":
            thread.join(10)
    assert calls == [{"by_itself": True}]
    assert not garbage.exists()


def test_every_task_is_due_when_the_scheduler_starts() -> None:
    scheduler = LocalScheduler(app, lazy=True)
    scheduler.setup_schedule()
    assert {"prune", "reconcile-runs"} <= scheduler.schedule.keys()
    assert all(entry.is_due().is_due for entry in scheduler.schedule.values())


def throw_away(number: int, *, days_ago: float) -> None:
    trash_version(number)
    trashed_at = timezone.now() - timedelta(days=days_ago)
    ModelVersion.everything.filter(number=number).update(trashed_at=trashed_at)
