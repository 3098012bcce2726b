"""A state of a run is published by hand: the newest of a stopped run, or an epoch of which there is a snapshot."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

import datasets
from inference.models import ModelVersion
from inference.registry import snapshots
from inference.registry.selectors import get_version
from inference.registry.services import load_network
from inference.registry.trash_services import delete_forever, trash_version
from inference.reports.metrics import measured
from inference.serving.prediction import NETWORKS
from nnlib import BatchProgress, EpochFinished, Event
from training import tasks
from training.errors import CheckpointLostError, RunStateError, StateNotStoredError
from training.models import PublishedState, Run
from training.runs import checkpoints, publishing, services, snapshot_rows, trash_services
from training.runs.publishing import publish_state
from training.runs.selectors import epochs_after, events_of, get_run, stored_epochs, unmeasured_states
from training.worker.execution import execute
from training.worker.heartbeat import Heartbeat

Submit = Callable[..., Run]


def trained_until(epoch: int, run: Run, *, kind: type[EpochFinished] | type[BatchProgress] = EpochFinished) -> Run:
    """The run, trained and stopped at the end of an epoch, or at the first batches of it."""
    watches: list[Heartbeat] = []

    def observe(event: Event) -> None:
        if isinstance(event, kind) and event.epoch == epoch:
            watches[0].stop()

    assert execute(run.pk, observe=observe, started=watches.append)
    stopped = get_run(run.pk)
    assert stopped.status == "stopped"
    return stopped


def completed(run: Run) -> Run:
    assert execute(run.pk)
    return get_run(run.pk)


# What a stopped run gives


def test_a_stopped_run_becomes_a_version_that_says_so(submit: Submit) -> None:
    run = trained_until(2, submit(epochs=9))
    version = publish_state(run.pk)
    assert (version.number, version.source, version.dataset) == (1, "run", "pen-strokes")
    assert version.dataset_fingerprint == datasets.load("pen-strokes").fingerprint
    assert version.origin == {
        "run": run.pk,
        "epoch": 2,
        "samples": 0,
        "precision": "single",
        "published_by_hand": "published by hand from a stopped run at epoch 2",
    }
    assert version.history == [dict(epoch) for epoch in epochs_after(run.pk)]
    last = version.history[-1]
    for name in ("train_error", "train_accuracy", "test_error", "test_accuracy"):
        assert version.metrics[name] == last[name]
    assert (version.metrics["epochs"], version.metrics["measured"]) == (2, False)
    assert events_of(run.pk)[-1]["text"] == "Version 1 was published by hand: epoch 2."
    assert get_run(run.pk).version is None


def test_its_weights_are_those_that_the_run_goes_on_from(submit: Submit) -> None:
    run = trained_until(1, submit(epochs=2))
    saved = checkpoints.load_network(run.pk, run.checkpoint)
    assert saved is not None
    stopped = load_network(publish_state(run.pk))
    assert np.array_equal(stopped.flat, saved.parameters)
    short = completed(submit(epochs=1))  # with a constant learning rate, one epoch is the first of two
    assert short.version is not None
    assert stopped.sha256() == load_network(short.version).sha256()


def test_a_run_that_stops_in_the_middle_of_an_epoch_is_published_as_it_is(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnlib.epoch_loop.SECONDS_BETWEEN_EVENTS", 0.0)
    run = trained_until(2, submit(epochs=9), kind=BatchProgress)
    version = publish_state(run.pk)
    samples = version.origin["samples"]
    assert samples > 0
    assert version.origin["published_by_hand"].endswith(f"at epoch 1 and {samples:,} samples of the next")
    assert "test_accuracy" not in version.metrics
    assert publish_state(run.pk, epoch=1).number == 2
    tasks.measure(version.number)
    assert get_version(version.number).test_accuracy is not None


@pytest.mark.parametrize("epoch", [1, 2, None])
def test_a_version_is_measured_as_that_of_a_completed_run(submit: Submit, epoch: int | None) -> None:
    run = trained_until(2, submit(epochs=9))
    version = publish_state(run.pk, epoch=epoch)
    assert unmeasured_states() == [version.number]
    tasks.measure(version.number)
    data = datasets.load("pen-strokes")
    expected, predictions = measured(load_network(version), data.x_test, data.y_test, loss="cross_entropy")
    found = ModelVersion.objects.get(pk=version.pk)
    assert {name: found.metrics[name] for name in expected} == expected
    assert found.metrics["measured"] is True
    assert found.metrics["train_error"] == version.metrics["train_error"]
    assert bytes(found.test_predictions) == predictions.astype(np.uint8).tobytes()
    assert unmeasured_states() == []


# Any stored epoch


def test_an_earlier_epoch_of_a_completed_run_is_published(submit: Submit) -> None:
    run = completed(submit(epochs=4))
    version = publish_state(run.pk, epoch=2)
    assert (version.number, version.origin["epoch"], version.origin["precision"]) == (2, 2, "half")
    assert [epoch["epoch"] for epoch in version.history] == [1, 2]
    assert snapshots.epochs_of(version) == [0, 1, 2]
    at_two = NETWORKS.get("1@2").network
    assert np.array_equal(load_network(version).flat, at_two.flat)
    assert np.array_equal(NETWORKS.get("2@1").network.flat, NETWORKS.get("1@1").network.flat)
    assert get_run(run.pk).version_id != version.pk


def test_the_last_epoch_of_a_completed_run_is_its_own_version(submit: Submit) -> None:
    run = completed(submit(epochs=2))
    assert (publish_state(run.pk).number, publish_state(run.pk, epoch=2).number) == (1, 1)
    assert ModelVersion.objects.count() == 1


def test_an_epoch_can_be_published_while_the_run_trains_and_the_run_still_completes(submit: Submit) -> None:
    run, numbers = submit(epochs=3), []

    def observe(event: Event) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 3:
            numbers.append(publish_state(run.pk, epoch=2).number)
            with pytest.raises(RunStateError, match="stop it, or name an epoch; what can be published is epoch 1, 2"):
                publish_state(run.pk)

    assert execute(run.pk, observe=observe)
    done = get_run(run.pk)
    assert (numbers, done.status, done.version and done.version.number) == ([1], "completed", 2)


def test_what_is_not_stored_is_refused_with_what_is(submit: Submit) -> None:
    run = trained_until(2, submit(epochs=9))
    with pytest.raises(StateNotStoredError, match=r"epoch 7 of run .* is not stored; .* is epoch 1, 2"):
        publish_state(run.pk, epoch=7)
    untrained = submit()
    services.request_stop(untrained.pk)
    with pytest.raises(StateNotStoredError, match="has learned nothing that is stored"):
        publish_state(untrained.pk)


def test_a_network_too_large_for_snapshots_is_published_from_its_checkpoint(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_rows, "MAX_BYTES", 10_000)
    run = trained_until(2, submit(epochs=9))
    assert stored_epochs(run) == []
    assert publish_state(run.pk, epoch=2).origin["precision"] == "single"
    with pytest.raises(StateNotStoredError, match="no epoch of it can be published"):
        publish_state(run.pk, epoch=1)


def test_a_checkpoint_of_an_earlier_release_gives_its_last_snapshot(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = checkpoints.save
    monkeypatch.setattr(checkpoints, "save", lambda run_id, **facts: save(run_id, **{**facts, "network": None}))
    version = publish_state(trained_until(2, submit(epochs=9)).pk)
    assert (version.origin["epoch"], version.origin["precision"], version.dataset_fingerprint) == (2, "half", "")


# Once, in order, and after a deletion


def test_the_same_state_is_one_version(submit: Submit) -> None:
    run = trained_until(2, submit(epochs=3))
    assert [publish_state(run.pk, epoch=epoch).number for epoch in (2, 2, None, 1)] == [1, 1, 1, 2]
    services.resume_run(run.pk)
    assert completed(run).status == "completed"
    assert publish_state(run.pk, epoch=2).number == 1
    assert [version.number for version in ModelVersion.objects.order_by("number")] == [1, 2, 3]


def test_two_clicks_at_once_give_one_version(submit: Submit) -> None:
    run = trained_until(2, submit(epochs=9))

    def click(epoch: int) -> int:
        try:
            return publish_state(run.pk, epoch=epoch).number
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(click, [1, 2, 1, 2, 1, 2]))
    assert set(numbers) == {1, 2}
    assert ModelVersion.objects.count() == PublishedState.objects.count() == 2


def test_a_deleted_run_leaves_the_version_and_a_deleted_version_the_run(submit: Submit) -> None:
    run, other = trained_until(1, submit(epochs=9)), trained_until(1, submit(epochs=9, seed=8))
    first, second = publish_state(run.pk), publish_state(other.pk)
    trash_services.delete_forever(run.pk)
    tasks.measure(first.number)
    assert get_version(first.number).metrics["measured"] is True
    delete_forever(second.number)
    assert publish_state(other.pk).number == 3


def test_a_state_whose_version_is_in_the_trash_is_not_published_again(submit: Submit) -> None:
    run = trained_until(2, submit(epochs=9))
    publish_state(run.pk, epoch=1)
    trash_version(publish_state(run.pk).number)
    with pytest.raises(RunStateError, match="version 2 is in the trash: restore it"):
        publish_state(run.pk)


def test_a_fine_tuned_state_keeps_its_parent(submit: Submit) -> None:
    completed(submit(epochs=1))
    run = trained_until(1, submit(epochs=9, from_version=1))
    version = publish_state(run.pk)
    assert version.parent is not None
    assert version.parent.number == 1


# API and page


def test_the_api_publishes_an_epoch(submit: Submit, client: Client) -> None:
    run = trained_until(2, submit(epochs=9))
    address = f"/api/v1/runs/{run.pk}"
    detail = client.get(address).json()
    assert (detail["can_publish"], detail["stored_epochs"], detail["published"]) == (True, [1, 2], [])
    answer = client.post(f"{address}/publish", {"epoch": 1}, content_type="application/json")
    assert (answer.status_code, answer.json()["origin"]["epoch"]) == (201, 1)
    assert client.generic("POST", f"{address}/publish").json()["origin"]["epoch"] == 2
    assert client.get(address).json()["published"] == [
        {"epoch": 1, "samples": 0, "version": 1},
        {"epoch": 2, "samples": 0, "version": 2},
    ]
    refused = client.post(f"{address}/publish", {"epoch": 5}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "run.state_not_stored")
    for body in ({"epoch": 0}, {"epoch": "x"}, {"epochs": 1}):
        assert client.post(f"{address}/publish", body, content_type="application/json").status_code == 422
    assert client.generic("POST", "/api/v1/runs/999/publish").status_code == 404


def test_the_page_offers_what_can_be_published(submit: Submit, client: Client) -> None:
    run = trained_until(2, submit(epochs=9))
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert 'aria-label="Publish epoch 2 as a version"' in page
    assert "Publish this epoch" in page
    answer = client.post(f"/runs/{run.pk}/publish/", {"epoch": "1"})
    assert answer["Location"] == "/versions/1/"
    version = client.get("/versions/1/").content.decode()
    assert "published by hand from a stopped run at epoch 1, in half precision" in version
    assert f'/runs/{run.pk}/">Run {run.pk}</a>' in version
    assert "version 1</a> at epoch 1" in client.get(f"/runs/{run.pk}/").content.decode()
    for wrong in ("7", "x"):
        refused = client.post(f"/runs/{run.pk}/publish/", {"epoch": wrong}, follow=True).content.decode()
        assert escape("epoch") in refused.lower()
    assert ModelVersion.objects.count() == 1


def test_a_worker_that_completes_the_run_does_not_wait_for_an_unreadable_state(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained_until(1, submit(epochs=2))
    (checkpoints.folder(run.pk) / run.checkpoint).write_bytes(b"damaged")

    def nothing(*_: Any) -> None:
        raise AssertionError("nothing may be published")

    monkeypatch.setattr(publishing, "publish_version", nothing)
    with pytest.raises(CheckpointLostError, match="is damaged"):
        publish_state(run.pk)
