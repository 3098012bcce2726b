"""The page of storage and its API: what takes room, by kind and by run, and what may go."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inference.models import ModelVersion, SnapshotFile
from inference.registry.trash_services import trash_version
from storage import usage
from tests.storage.conftest import Submit
from tests.storage.test_verification import age
from training.models import Run, SnapshotRow
from training.runs import checkpoints
from training.worker import leases
from training.worker.execution import execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full(submit: Submit) -> list[int]:
    """A completed run, one in training, and one without any file."""
    runs = [submit(seed=1), submit(seed=2), submit(seed=3)]
    execute(runs[0].pk)
    lease = leases.claim(runs[1].pk)
    assert lease is not None
    name = checkpoints.save(runs[1].pk, token=lease.token, serial=1, state={"generator": 1})
    leases.write(lease, checkpoint=name)
    SnapshotRow.objects.create(run=runs[1], epoch=1, data=bytes(5000))
    return [run.pk for run in runs]


def expected(run_ids: list[int]) -> dict[int, int]:
    version, file = ModelVersion.everything.get(), SnapshotFile.objects.get()
    run = Run.objects.get(pk=run_ids[1])
    size = (checkpoints.folder(run.pk) / run.checkpoint).stat().st_size
    return {run_ids[0]: version.size_bytes + file.size_bytes, run_ids[1]: size + 5000}


def test_the_api_has_every_kind_and_every_run_largest_first(client: Client, full: list[int]) -> None:
    found = client.get("/api/v1/storage").json()
    kinds = {kind["key"]: kind for kind in found["kinds"]}
    version, file = ModelVersion.objects.get(), SnapshotFile.objects.get()
    assert (kinds["versions"]["count"], kinds["versions"]["size_bytes"]) == (1, version.size_bytes)
    assert (kinds["version_snapshots"]["count"], kinds["version_snapshots"]["size_bytes"]) == (1, file.size_bytes)
    assert (kinds["run_snapshots"]["size_bytes"], kinds["run_snapshots"]["in_database"]) == (5000, True)
    assert kinds["checkpoints"]["count"] == 1
    assert kinds["database"]["size_bytes"] > 10_000
    assert found["total_bytes"] == sum(kind["size_bytes"] for kind in found["kinds"] if not kind["in_database"])
    sizes = expected(full)
    rows = [(row["run"], row["size_bytes"]) for row in found["items"]]
    assert rows == sorted(sizes.items(), key=lambda row: -row[1])
    assert found["next"] is None


def test_what_is_in_the_trash_counts_there(client: Client, submit: Submit) -> None:
    execute(submit(seed=1).pk)
    execute(submit(seed=2).pk)
    trash_version(2)
    kinds = {kind["key"]: kind for kind in client.get("/api/v1/storage").json()["kinds"]}
    trashed = ModelVersion.everything.get(number=2)
    snapshots = SnapshotFile.objects.get(version=trashed)
    assert (kinds["versions"]["count"], kinds["version_snapshots"]["count"]) == (1, 1)
    assert (kinds["trash"]["count"], kinds["trash"]["size_bytes"]) == (1, trashed.size_bytes + snapshots.size_bytes)


def test_the_list_of_runs_has_pages(client: Client, full: list[int]) -> None:
    whole = client.get("/api/v1/storage").json()["items"]
    first = client.get("/api/v1/storage?limit=1").json()
    second = client.get(f"/api/v1/storage?limit=1&cursor={first['next']}").json()
    assert first["items"] + second["items"] == whole
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 40])
def test_a_cursor_that_no_page_gave_is_refused(client: Client, db: None, cursor: str) -> None:
    answer = client.get(f"/api/v1/storage?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor.invalid")


def test_many_requests_read_once(client: Client, full: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/api/v1/storage")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get("/api/v1/storage").status_code == 200
        assert client.get("/storage/").status_code == 200
    assert len(queries) == 0
    monkeypatch.setattr(usage, "MAX_AGE_SECONDS", -1.0)
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/storage")
    assert 0 < len(queries) < 40


def test_the_page_shows_kinds_runs_and_that_nothing_can_go(client: Client, full: list[int]) -> None:
    text = client.get("/storage/").content.decode()
    for title in (
        "Model files of versions",
        "Checkpoints of runs",
        "Snapshots of runs",
        "Database",
        "Data sets",
        "Trash",
    ):
        assert title in text
    assert f'href="/runs/{full[0]}/"' in text
    assert f'href="/runs/{full[2]}/"' not in text
    assert "/storage/prune/" not in text


def test_what_can_go_is_removed_after_a_confirmation(client: Client, full: list[int]) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    assert "Sessions that have expired: 1, 0 bytes" in client.get("/storage/").content.decode()
    asked = client.get("/storage/prune/").content.decode()
    assert "Remove reclaimable files?" in asked
    assert Session.objects.filter(session_key="old").exists()
    answer = client.post("/storage/prune/", follow=True)
    assert "Sessions that have expired: 1 removed, 0 bytes." in answer.content.decode()
    assert not Session.objects.filter(session_key="old").exists()
    assert "/storage/prune/" not in client.get("/storage/").content.decode()


def test_files_of_what_may_be_another_database_stay(client: Client, folders: Path) -> None:
    path = folders / "models" / "of-another-lab.pickle"
    path.parent.mkdir()
    path.write_bytes(b"x")
    age(path)
    assert "1 files have no row and 0 have one" in client.get("/storage/").content.decode()
    assert "There is nothing to remove." in client.get("/storage/prune/").content.decode()
    client.post("/storage/prune/")
    assert path.exists()


def test_other_pages_link_to_it(client: Client, folders: Path) -> None:
    for address in ("/versions/trash/", "/runs/", "/"):
        assert 'href="/storage/"' in client.get(address).content.decode()


@pytest.mark.slow
def test_ten_thousand_runs_are_read_in_a_moment_and_listed_at_once_from_then_on(client: Client, submit: Submit) -> None:
    config = submit().config
    Run.objects.bulk_create(Run(config=config, max_epochs=2, status="stopped") for _ in range(10_000))
    for run_id in Run.objects.values_list("pk", flat=True)[:2000]:
        folder = checkpoints.folder(run_id)
        folder.mkdir(parents=True)
        (folder / "a.checkpoint").write_bytes(bytes(10))
    begun = time.monotonic()
    assert len(client.get("/api/v1/storage?limit=200").json()["items"]) == 200
    assert time.monotonic() - begun < 5
    begun = time.monotonic()
    client.get("/api/v1/storage?limit=200&cursor=1000")
    assert time.monotonic() - begun < 0.5
