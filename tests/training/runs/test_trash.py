"""The trash of runs: what goes there, what comes back, and what is deleted for good."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from storage.registry import Amount
from tests.training.conftest import Submit
from training.errors import RunStateError
from training.models import Epoch, Run
from training.runs import checkpoints, selectors, services, stored_files, trash_services
from training.runs.retention import rules
from training.states import Status
from training.worker import leases
from training.worker.execution import execute
from training.worker.reconciliation import clear_checkpoints, reconcile


def stopped(submit: Submit) -> Run:
    """A run with one epoch and a checkpoint, stopped in its second."""
    run = submit()
    lease = leases.claim(run.pk)
    assert lease is not None
    name = checkpoints.save(run.pk, token=lease.token, serial=1, state={"epoch": 1})
    epoch = dict.fromkeys(("train_error", "train_accuracy", "test_error", "test_accuracy", "seconds"), 0.5)
    leases.record_epoch(lease, {"epoch": 1, "learning_rate": 0.1, **epoch}, checkpoint=name, curve=[0.5])
    Run.objects.filter(pk=run.pk).update(status=Status.STOPPED, lease_token=None, name="Mine")
    return selectors.get_run(run.pk)


@contextmanager
def nothing_lost(run: Run) -> Iterator[None]:
    """Its checkpoint and its epochs are there before and after."""
    files = {path.name: path.read_bytes() for path in checkpoints.folder(run.pk).iterdir()}
    assert files
    yield
    assert {path.name: path.read_bytes() for path in checkpoints.folder(run.pk).iterdir()} == files
    assert Epoch.objects.filter(run=run).count() == 1


def test_a_run_in_the_trash_is_in_no_list_and_comes_back_whole(submit: Submit, client: Client) -> None:
    run = stopped(submit)
    services.describe_run(run.pk, tags=["wide"])
    before = client.get(f"/api/v1/runs/{run.pk}").json()
    with nothing_lost(run):
        trash_services.trash_run(run.pk, by="anna")
        assert selectors.runs_page().rows == []
        assert selectors.count_by_status()["stopped"] == 0
        assert selectors.known_tags() == []
        assert client.get(f"/api/v1/runs/{run.pk}").status_code == 404
        assert client.get(f"/api/v1/versions/compare?runs={run.pk}").status_code in {400, 404}
        clear_checkpoints()
        reconcile()
        trash_services.restore_run(run.pk)
    assert client.get(f"/api/v1/runs/{run.pk}").json() == before


def test_a_queued_run_in_the_trash_is_not_trained_until_it_is_restored(submit: Submit) -> None:
    run = submit()
    trash_services.trash_run(run.pk)
    assert leases.claim_next() is None
    assert leases.claim(run.pk) is None
    trash_services.restore_run(run.pk)
    execute(run.pk)
    assert selectors.get_run(run.pk).status == Status.COMPLETED


def test_a_run_that_a_worker_holds_is_not_thrown_away(submit: Submit) -> None:
    run = submit()
    leases.claim(run.pk)
    for act in (trash_services.trash_run, trash_services.delete_forever):
        with pytest.raises(RunStateError, match="stop it before you delete it"):
            act(run.pk)
    assert Run.objects.filter(pk=run.pk).exists()


def test_a_run_is_thrown_away_once(submit: Submit) -> None:
    run = stopped(submit)
    trash_services.trash_run(run.pk)
    with pytest.raises(Run.DoesNotExist):
        trash_services.trash_run(run.pk)


def test_emptying_deletes_what_is_in_the_trash_alone_and_frees_the_disk(submit: Submit) -> None:
    kept, gone = stopped(submit), stopped(submit)
    size = stored_files.folder_bytes(checkpoints.folder(gone.pk))
    trash_services.trash_run(gone.pk)
    with nothing_lost(kept):
        emptied = trash_services.empty_trash()
    assert (emptied.numbers, emptied.freed_bytes, emptied.kept) == ([gone.pk], size, [])
    assert size > 0
    assert not checkpoints.folder(gone.pk).exists()
    assert list(Run.everything.all()) == [kept]


def test_a_run_that_is_restored_meanwhile_is_not_emptied(submit: Submit) -> None:
    run = stopped(submit)
    with nothing_lost(run), pytest.raises(Run.DoesNotExist):
        trash_services.delete_forever(run.pk, only_in_trash=True)


def test_a_backup_holds_the_checkpoint_of_a_run_in_the_trash(submit: Submit) -> None:
    run = stopped(submit)
    before = [one.name for one in stored_files.references("default")]
    trash_services.trash_run(run.pk)
    assert [one.name for one in stored_files.references("default")] == before != []


def test_storage_counts_the_trash_apart(submit: Submit) -> None:
    run = stopped(submit)
    size = stored_files.folder_bytes(checkpoints.folder(run.pk))
    trash_services.trash_run(run.pk)
    kinds = {kind.key: kind.amount for kind in stored_files.kinds()}
    assert (kinds["checkpoints"], kinds["run_trash"]) == (Amount(0, 0), Amount(1, size))
    assert stored_files.bytes_of_runs() == {}


def test_the_setting_says_when_the_trash_is_emptied(submit: Submit, settings: Any) -> None:
    fresh, old = stopped(submit), stopped(submit)
    for run in (fresh, old):
        trash_services.trash_run(run.pk)
    Run.everything.filter(pk=old.pk).update(trashed_at=timezone.now() - timedelta(days=31))
    assert list(rules()) == []
    settings.KEEP_TRASH_DAYS = 30
    [rule] = rules()
    size = stored_files.folder_bytes(checkpoints.folder(old.pk))
    assert rule.find() == rule.remove() == Amount(1, size)
    assert list(Run.everything.all()) == [fresh]


def test_the_pages_throw_away_restore_and_delete(submit: Submit, client: Client) -> None:
    run = stopped(submit)
    page = client.post(f"/runs/{run.pk}/trash/", follow=True)
    assert page.redirect_chain == [("/runs/trash/", 302)]
    assert "Mine is in the trash." in page.content.decode()
    assert f"Run {run.pk}</strong>" in page.content.decode()
    shown = client.get(f"/runs/{run.pk}/")
    assert (shown.status_code, "“Mine” was moved to the trash" in shown.content.decode()) == (404, True)
    assert "Mine is back." in client.post(f"/runs/{run.pk}/restore/", follow=True).content.decode()
    client.post(f"/runs/{run.pk}/trash/")
    assert "Delete Mine for good?" in client.get(f"/runs/{run.pk}/delete/").content.decode()
    assert Run.everything.exists()
    answer = client.post(f"/runs/{run.pk}/delete/", follow=True)
    assert answer.redirect_chain == [("/runs/trash/", 302)]
    assert "The trash is empty" in answer.content.decode()
    assert not Run.everything.exists()


def test_the_trash_is_emptied_after_a_question(submit: Submit, client: Client) -> None:
    for run in (stopped(submit), stopped(submit)):
        client.post(f"/runs/{run.pk}/trash/")
    assert "2 runs with all epochs" in client.get("/runs/trash/empty/").content.decode()
    assert Run.everything.count() == 2
    assert "2 runs deleted." in client.post("/runs/trash/empty/", follow=True).content.decode()
    assert Run.everything.count() == 0


def test_the_api_throws_away_lists_restores_and_deletes(submit: Submit, client: Client) -> None:
    address = f"/api/v1/runs/{(run := stopped(submit)).pk}"
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    [line] = client.get("/api/v1/runs/trash").json()["items"]
    assert (line["id"], line["title"], line["trashed_by"]) == (run.pk, "Mine", "local")
    assert line["size_bytes"] > 0
    assert client.post(f"{address}/restore").json()["title"] == "Mine"
    assert client.delete(f"{address}?forever=true").status_code == 204
    assert client.post(f"{address}/restore").status_code == 404
    client.delete(f"/api/v1/runs/{stopped(submit).pk}")
    assert len(client.delete("/api/v1/runs/trash").json()["numbers"]) == 1
