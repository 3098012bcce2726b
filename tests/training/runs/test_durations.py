"""Estimates of the time of a run, and of the start of a queued one."""

import uuid
from typing import Any

import pytest
from django.test import Client

from tests.training.conftest import Submit
from training.configuration.run_config import RunConfig
from training.models import Run
from training.runs.durations import PastRuns, expected_start_seconds
from training.states import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(submit: Submit) -> Any:
    """Adds a run that trained some epochs in so many seconds each."""

    def add(seconds_per_epoch: float, *, epochs: int = 4, **fields: Any) -> Run:
        run = submit(**{"epochs": epochs, **fields})
        changes = {"status": Status.COMPLETED, "last_epoch": epochs, "train_seconds": seconds_per_epoch * epochs}
        Run.objects.filter(pk=run.pk).update(**changes)
        return Run.objects.get(pk=run.pk)

    return add


def holding(run: Run, *, epochs_done: int, seconds: float) -> None:
    """A worker trains the run, and took so many seconds for each epoch."""
    Run.objects.filter(pk=run.pk).update(
        status=Status.RUNNING, lease_token=uuid.uuid4(), last_epoch=epochs_done, train_seconds=seconds * epochs_done
    )


def config(**fields: Any) -> RunConfig:
    return RunConfig.model_validate({"dataset": "pen-strokes", "hidden_layers": [16], "batch_size": 32, **fields})


def test_the_same_configuration_takes_the_median_of_its_runs(trained: Any) -> None:
    for seconds in (1.0, 3.0, 2.0):
        trained(seconds)
    estimate = PastRuns().estimate(config(seed=99, learning_rate=0.1))
    assert estimate is not None
    assert (estimate.seconds_per_epoch, estimate.is_scaled) == (2.0, False)


def test_another_size_is_scaled_from_the_most_similar_run(trained: Any) -> None:
    near = trained(1.0, hidden_layers=[16])
    trained(50.0, hidden_layers=[2000])
    estimate = PastRuns().estimate(config(hidden_layers=[250]))
    assert estimate is not None
    assert (estimate.run_id, estimate.is_scaled) == (near.pk, True)
    assert estimate.seconds_per_epoch == pytest.approx(4.5, rel=0.01)


def test_twice_the_images_take_twice_as_long(trained: Any) -> None:
    trained(1.0)
    estimate = PastRuns().estimate(config(dataset="mnist+pen-strokes"))
    assert estimate is not None
    assert estimate.seconds_per_epoch == pytest.approx(2.0)


@pytest.mark.parametrize("other", [{"engine": "keras"}, {"hidden_layers": [2000, 2000]}, {"dataset": "corrections"}])
def test_nothing_is_estimated_from_runs_of_another_kind(trained: Any, other: dict[str, Any]) -> None:
    trained(1.0)
    assert PastRuns().estimate(config(**other)) is None


def test_a_queued_run_starts_when_the_runs_before_it_have_left_a_slot(trained: Any, submit: Submit) -> None:
    trained(2.0)
    first, second, third, fourth = (submit(epochs=10) for _ in range(4))
    holding(first, epochs_done=5, seconds=4.0)
    holding(second, epochs_done=5, seconds=1.0)
    # Five epochs of 1 s are left of the second: the third run takes its slot for ten of 2 s; the first ends sooner.
    assert expected_start_seconds(Run.objects.get(pk=third.pk)) == pytest.approx(5.0)
    assert expected_start_seconds(Run.objects.get(pk=fourth.pk)) == pytest.approx(20.0)


def test_no_start_is_expected_where_no_run_trains_or_a_time_is_unknown(trained: Any, submit: Submit) -> None:
    first, second = submit(), submit()
    assert expected_start_seconds(first) is None
    holding(first, epochs_done=0, seconds=0.0)
    assert expected_start_seconds(second) is None
    trained(2.0)
    assert expected_start_seconds(second) == pytest.approx(4.0)
    assert expected_start_seconds(Run.objects.get(pk=first.pk)) is None


def test_the_api_estimates_and_submits_nothing(trained: Any, client: Client) -> None:
    run = trained(2.0)
    sent = {"dataset": "pen-strokes", "hidden_layers": "16", "batch_size": "32", "epochs": "5"}
    answer = client.post("/api/v1/runs/estimate", sent, content_type="application/json")
    assert answer.json() == {"seconds": 10.0, "seconds_per_epoch": 2.0, "run": run.pk, "is_scaled": False}
    assert Run.objects.count() == 1
    unknown = client.post("/api/v1/runs/estimate", {**sent, "engine": "keras"}, content_type="application/json")
    assert unknown.json()["seconds"] is None


def test_the_api_gives_a_queued_run_its_expected_start(trained: Any, submit: Submit, client: Client) -> None:
    trained(2.0)
    first, second = submit(epochs=10), submit(epochs=10)
    holding(first, epochs_done=8, seconds=1.5)
    detail = client.get(f"/api/v1/runs/{second.pk}").json()
    assert (detail["queue_position"], detail["expected_start_seconds"]) == (1, pytest.approx(3.0))
