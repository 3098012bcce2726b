"""The pages of the lessons, and what they find of a learner's runs."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.training.conftest import Submit
from training.lessons import results
from training.lessons.catalogue import LESSONS
from training.models import Epoch, Run
from training.runs import services
from training.states import Status

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nothing_enqueued")]
LESSON = LESSONS["learning-rate"]


@pytest.fixture
def nothing_enqueued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.messaging.queue.enqueue_on_commit", lambda _run_id: None)


def complete(run: Run, train_error: float) -> None:
    """Let the run have ended with one epoch of this error."""
    numbers = {"train_accuracy": 0.9, "test_error": 0.2, "test_accuracy": 0.9, "learning_rate": 0.1, "seconds": 1.0}
    Epoch.objects.create(run=run, epoch=1, train_error=train_error, **numbers)
    Run.objects.filter(pk=run.pk).update(status=Status.COMPLETED, last_epoch=1)


@pytest.fixture
def prepared(folders: Any) -> Run:
    """The prepared run, completed with a training error of 0.6."""
    run = results.start(LESSON)
    complete(run, 0.6)
    return run


def attempt(**changes: Any) -> Run:
    config = LESSON.configuration.model_copy(update=changes)
    return services.submit_run(config, name="Mine", tags=[LESSON.tag], enqueue=False)


@pytest.mark.parametrize("slug", LESSONS)
def test_every_lesson_has_a_page_and_its_run_can_be_started(client: Client, folders: Any, slug: str) -> None:
    assert "Start the run" in client.get(f"/lessons/{slug}/").content.decode()
    answer = client.post(f"/lessons/{slug}/start/")
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert LESSONS[slug].is_prepared(run.config)
    assert f"/lessons/{slug}/" in client.get(f"/runs/{run.pk}/").content.decode()


def test_the_prepared_run_is_started_once(client: Client, folders: Any) -> None:
    for _ in range(2):
        client.post("/lessons/overfitting/start/")
    assert Run.objects.count() == 1


def test_a_prepared_run_that_failed_is_started_again(client: Client, folders: Any) -> None:
    client.post("/lessons/overfitting/start/")
    Run.objects.update(status=Status.FAILED)
    client.post("/lessons/overfitting/start/")
    assert Run.objects.count() == 2


def test_an_attempt_is_checked_once_both_runs_are_completed(folders: Any) -> None:
    first = results.start(LESSON)
    own = attempt(learning_rate=0.1)
    assert [one.verdict for one in results.progress_of(LESSON).attempts] == [None]
    complete(own, 0.1)
    assert [one.verdict for one in results.progress_of(LESSON).attempts] == [None]
    complete(first, 0.6)
    progress = results.progress_of(LESSON)
    assert [one.run.pk for one in progress.attempts] == [own.pk]
    assert progress.is_solved


def test_the_page_says_of_each_run_whether_it_passed_and_why(client: Client, prepared: Run) -> None:
    complete(attempt(learning_rate=0.01), 0.3)
    text = client.get("/lessons/learning-rate/").content.decode()
    assert "the goal is 0.2 or less" in text
    assert "Solved." not in text
    complete(attempt(learning_rate=0.1), 0.1)
    text = client.get("/lessons/learning-rate/").content.decode()
    assert re.search(r"Passed\.</strong> The training error ended at 0\.1", text)
    assert "Solved." in text
    assert "Solved" in client.get("/lessons/").content.decode()


def test_runs_without_the_tag_are_no_attempts(submit: Submit, prepared: Run) -> None:
    complete(submit(), 0.01)
    assert not results.progress_of(LESSON).attempts


def test_the_form_keeps_the_tag_of_the_lesson(client: Client, prepared: Run) -> None:
    assert f'value="{LESSON.tag}"' in client.get(f"/runs/new/?from_run={prepared.pk}").content.decode()


def test_an_unknown_lesson_is_not_found(client: Client) -> None:
    assert client.get("/lessons/physics/").status_code == 404
    assert client.post("/lessons/physics/start/").status_code == 404
