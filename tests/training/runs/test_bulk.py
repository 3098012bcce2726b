"""Stopping several runs and throwing them away: a question that names them, one answer, each for itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from inference.registry.trash_services import trash_version
from training.models import Run
from training.runs import checkpoints, trash_services
from training.runs.selectors import get_run
from training.states import Status
from training.worker import leases
from training.worker.execution import execute

Submit = Callable[..., Run]


@pytest.fixture
def held(submit: Submit) -> Run:
    """A run that a worker trains."""
    run = submit()
    assert leases.claim(run.pk) is not None
    Run.objects.filter(pk=run.pk).update(name="Under way")
    return get_run(run.pk)


def named(submit: Submit, name: str, status: Status = Status.QUEUED) -> Run:
    run = submit()
    Run.objects.filter(pk=run.pk).update(name=name, status=status)
    return get_run(run.pk)


def post(client: Client, action: str, *runs: Run, back: str = "") -> Any:
    return client.post("/runs/bulk/", {"action": action, "run": [run.pk for run in runs], "back": back}, follow=True)


def test_the_question_names_what_is_thrown_away_and_what_is_left(client: Client, submit: Submit, held: Run) -> None:
    first = named(submit, "The first")
    chosen: dict[str, Any] = {"action": "trash", "run": [first.pk, held.pk, 999]}
    page = client.get("/runs/bulk/", chosen).content.decode()
    assert "Move 1 run to the trash?" in page
    assert "The first" in page
    assert "<strong>Under way</strong>: a worker trains it: stop it first" in page
    assert "<strong>Run 999</strong>: it is not there any more" in page
    assert Run.objects.count() == 2


def test_several_are_thrown_away_with_their_files_and_can_be_restored(client: Client, submit: Submit) -> None:
    runs = [named(submit, name, Status.STOPPED) for name in ("One", "Two", "Three")]
    for run in runs:
        checkpoints.folder(run.pk).mkdir(parents=True)
        (checkpoints.folder(run.pk) / "state").write_bytes(b"x")
    page = post(client, "trash", *runs[:2]).content.decode()
    assert "Two and One are in the trash." in page
    assert [run.name for run in Run.objects.all()] == ["Three"]
    assert [run.trashed_by for run in Run.everything.order_by("pk")] == ["local", "local", ""]
    assert all(checkpoints.folder(run.pk).exists() for run in runs)


def test_each_answers_for_itself(client: Client, submit: Submit, held: Run) -> None:
    gone = named(submit, "Gone", Status.STOPPED)
    page = post(client, "trash", gone, held).content.decode()
    assert "Gone is in the trash." in page
    assert "Under way is left as it is: a worker trains it: stop it first." in page
    assert [run.name for run in Run.objects.all()] == ["Under way"]


def test_stopping_several_stops_those_that_can(client: Client, submit: Submit, held: Run) -> None:
    waiting, done = named(submit, "Waiting"), named(submit, "Done", Status.COMPLETED)
    page = post(client, "stop", waiting, held, done).content.decode()
    assert "Waiting and Under way are stopping." in page
    assert "Done is left as it is: it is completed already." in page
    assert [get_run(run.pk).status for run in (waiting, held, done)] == ["stopped", "stopping", "completed"]


def test_a_run_that_changes_between_question_and_answer_is_named(
    client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = named(submit, "First"), named(submit, "Second")
    real = trash_services.trash_run

    def throw_away_after_a_claim(run_id: int, *, by: str) -> None:
        leases.claim(first.pk)
        real(run_id, by=by)

    monkeypatch.setattr(trash_services, "trash_run", throw_away_after_a_claim)
    page = post(client, "trash", first, second).content.decode()
    assert "Second is in the trash." in page
    assert f"First is left as it is: run {first.pk} is running: stop it before you delete it." in page


def test_nothing_ticked_asks_nothing(client: Client, submit: Submit) -> None:
    page = client.get("/runs/bulk/?action=trash", follow=True)
    assert page.redirect_chain == [("/runs/", 302)]
    assert "No run is selected: select those to move to the trash." in page.content.decode()


@pytest.mark.parametrize("address", ["/runs/bulk/", "/runs/bulk/?action=burn&run=1"])
@pytest.mark.usefixtures("transactional_db")
def test_an_action_that_there_is_not_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("back", "address"),
    [("?status=failed", "/runs/?status=failed"), ("https://elsewhere.example/", "/runs/"), ("//elsewhere", "/runs/")],
)
def test_one_comes_back_to_the_list_as_it_was_and_nowhere_else(
    client: Client, submit: Submit, back: str, address: str
) -> None:
    answer = post(client, "stop", submit(), back=back)
    assert answer.redirect_chain == [(address, 302)]


def test_what_is_no_number_is_no_run(client: Client, submit: Submit) -> None:
    run = submit()
    client.post("/runs/bulk/", {"action": "trash", "run": ["x", "-1", "9" * 30, "", str(run.pk)]})
    assert Run.objects.count() == 0


def test_selected_runs_are_compared_by_their_versions_and_by_their_curves_without(
    client: Client, submit: Submit, held: Run
) -> None:
    done, again, waiting = submit(), submit(seed=8), named(submit, "Waiting")
    for run in (done, again):
        execute(run.pk)
    first, second = (get_run(run.pk).version for run in (done, again))
    assert first is not None
    assert second is not None
    trash_version(second.number)
    chosen = [done.pk, again.pk, waiting.pk, held.pk, 999]
    query: dict[str, Any] = {"action": "compare", "run": chosen}
    answer = client.get("/runs/bulk/", query, follow=True)
    runs = f"{again.pk},{waiting.pk},{held.pk}"
    assert answer.redirect_chain == [(f"/versions/compare/?numbers={first.number}&runs={runs}", 302)]
    page = answer.content.decode()
    assert "<h1>4 side by side</h1>" in page
    assert "Left out, because not there any more: run 999." in page


def test_one_run_alone_is_not_compared(client: Client, submit: Submit) -> None:
    chosen: dict[str, Any] = {"action": "compare", "run": submit().pk, "back": "?status=queued"}
    answer = client.get("/runs/bulk/", chosen, follow=True)
    assert answer.redirect_chain == [("/runs/?status=queued", 302)]
    assert "Expected two runs at least to compare" in answer.content.decode()
