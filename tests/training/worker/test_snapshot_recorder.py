"""Moments of a training: taken, thinned, kept with the version, and never in the training's way."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

import datasets
from inference.inspection import snapshot_frames
from inference.models import SnapshotFile
from inference.registry import snapshots as files
from inference.registry.selectors import get_version
from inference.registry.services import load_network
from inference.registry.snapshots import MAX_SNAPSHOTS
from inference.registry.trash_services import delete_forever
from inference.serving.prediction import NETWORKS
from nnlib import Architecture, EpochFinished, Event, Network
from training.models import Run, SnapshotRow
from training.runs import services, snapshot_rows, trash_services
from training.runs.selectors import get_run
from training.worker import snapshot_recorder
from training.worker.execution import execute
from training.worker.heartbeat import Heartbeat
from training.worker.snapshot_recorder import SnapshotRecorder, missed_least

Submit = Callable[..., Run]


def network_of(*hidden: int) -> Network:
    architecture = Architecture((784, *hidden, 10), "tanh", "softmax")
    return Network.initialised(architecture, initializer="xavier", rng=np.random.default_rng(2))


def version_of(run: Run) -> Any:
    assert execute(run.pk)
    done = get_run(run.pk)
    assert done.version is not None, done.failure
    return get_version(done.version.number)


def train_until(epoch: int, run: Run) -> None:
    """Train a run and stop it right after an epoch."""
    watches: list[Heartbeat] = []

    def observe(event: Event) -> None:
        if isinstance(event, EpochFinished) and event.epoch == epoch:
            watches[0].stop()

    assert execute(run.pk, observe=observe, started=watches.append)
    assert get_run(run.pk).status == "stopped"


def nothing(*_: Any) -> None:
    return None


# What a version keeps


def test_a_version_keeps_the_start_and_every_epoch_of_a_short_run(submit: Submit) -> None:
    version = version_of(submit(epochs=3))
    assert [snapshot.epoch for snapshot in files.load(version)] == [0, 1, 2, 3]
    assert not SnapshotRow.objects.exists()


def test_the_last_snapshot_is_the_version_to_half_precision(submit: Submit) -> None:
    version = version_of(submit(epochs=2))
    at_end = NETWORKS.get(f"{version.number}@2").network
    np.testing.assert_allclose(at_end.flat, load_network(version).flat, rtol=1e-3, atol=1e-6)


def test_the_first_snapshot_is_the_network_before_it_learned(submit: Submit) -> None:
    run = submit(epochs=2, learning_rate=1e-12)
    version = version_of(run)
    before, after = files.load_one(version, 0), files.load_one(version, 2)
    assert before.parameters is not None
    assert after.parameters is not None
    np.testing.assert_allclose(before.parameters, after.parameters, rtol=2e-3, atol=1e-6)


def test_snapshots_change_no_bit_of_the_training(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    fields: dict[str, Any] = {"epochs": 3, "dropout": 0.2, "augmentation": "mild"}
    with_snapshots = version_of(submit(**fields)).sha256
    monkeypatch.setattr(SnapshotRecorder, "taken", nothing)
    monkeypatch.setattr(SnapshotRecorder, "keep", nothing)
    assert version_of(submit(**fields)).sha256 == with_snapshots


def test_a_run_that_was_stopped_and_resumed_has_the_same_snapshots(submit: Submit) -> None:
    undisturbed = version_of(submit(epochs=5)).snapshot_file
    run = submit(epochs=5)
    train_until(2, run)
    services.resume_run(run.pk)
    assert SnapshotRow.objects.filter(run=run).exists()
    assert version_of(run).snapshot_file.sha256 == undisturbed.sha256


def test_snapshots_of_a_run_that_is_deleted_go_with_it(submit: Submit) -> None:
    run = submit(epochs=400)
    train_until(1, run)
    assert SnapshotRow.objects.filter(run=run).exists()
    trash_services.delete_forever(run.pk)
    assert not SnapshotRow.objects.exists()


def test_the_snapshots_of_a_version_outlive_its_run_and_go_with_the_version(submit: Submit, folders: Path) -> None:
    first, second = version_of(submit(epochs=1)), version_of(submit(epochs=1, seed=8))
    trash_services.delete_forever(Run.objects.get(version__number=second.number).pk)
    assert files.epochs_of(second) == [0, 1]
    delete_forever(second.number)
    kept = SnapshotFile.objects.get()
    assert kept.version_id == first.pk
    assert [path.name for path in (folders / "models").glob("*.snapshots")] == [kept.name]


def test_a_file_that_two_versions_share_goes_with_the_second(submit: Submit, folders: Path) -> None:
    first, second = version_of(submit(epochs=1)), version_of(submit(epochs=1))
    delete_forever(second.number)
    assert files.epochs_of(first) == [0, 1]
    assert len(list((folders / "models").glob("*.snapshots"))) == 1


# Few, however long the run is


def test_of_a_long_run_few_snapshots_remain_and_lie_close_at_the_start() -> None:
    kept: list[int] = []
    for epoch in range(1001):
        kept.append(epoch)
        if len(kept) > 24:
            kept.remove(missed_least(kept))
    assert (kept[0], kept[-1], len(kept)) == (0, 1000, 24)
    assert kept[:4] == [0, 1, 2, 3]
    ratios = [(b + 1) / (a + 1) for a, b in itertools.pairwise(kept)]
    assert max(ratios) <= 2.1


def test_a_run_longer_than_its_film_is_thinned(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_recorder, "MAX_SNAPSHOTS", 5)
    version = version_of(submit(epochs=9))
    epochs = files.epochs_of(version)
    assert (epochs[0], epochs[-1], len(epochs)) == (0, 9, 5)


@pytest.mark.parametrize("hidden", [(250,), (800,), (300, 100), (4096, 1500)])
def test_the_snapshots_of_any_network_stay_small(hidden: tuple[int, ...]) -> None:
    count = Architecture((784, *hidden, 10), "relu", "softmax").parameter_count
    most = min(MAX_SNAPSHOTS, snapshot_rows.most_with_parameters(count))
    assert 2 * count * most <= snapshot_rows.MAX_BYTES


def test_of_too_large_a_network_only_what_is_shown_is_kept(
    submit: Submit, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(snapshot_rows, "MAX_BYTES", 10_000)
    version = version_of(submit(epochs=2))
    assert [snapshot.parameters is None for snapshot in files.load(version)] == [True, True, True]
    body = {"pixels": [0.0] * 784, "versions": [f"{version.number}@1"]}
    answer = client.post("/api/v1/predict", body, content_type="application/json")
    assert answer.status_code == 404
    assert "too large" in answer.json()["detail"]


# What they show


def test_pictures_and_histograms_are_of_the_networks_weights(submit: Submit) -> None:
    run = submit()
    network = network_of(40, 20)
    taken = SnapshotRecorder(run.pk, "cross_entropy", datasets.load("pen-strokes")).taken(0, network)
    for neuron, picture in zip(taken.neurons, taken.pictures, strict=True):
        column = network.weights[0][:, neuron]
        np.testing.assert_allclose(picture / 127, column / np.abs(column).max(), atol=0.005)
    assert [int(h.counts.sum()) for h in taken.weights] == [w.size for w in network.weights]
    for shown, w in zip(taken.weights, network.weights, strict=True):
        expected, _ = np.histogram(w, bins=31, range=(-shown.limit, shown.limit))
        assert np.abs(shown.counts - expected).sum() <= 0.01 * w.size


def test_gradients_are_those_of_the_error_on_the_first_training_images(submit: Submit) -> None:
    data, network, step = datasets.load("pen-strokes"), network_of(30), 1e-3
    taken = SnapshotRecorder(submit().pk, "cross_entropy", data).taken(0, network)
    x = data.x_train[:256].astype(np.float32) / np.float32(255)
    labels = data.y_train[:256]

    def error() -> float:
        return float(-np.log(network.probabilities(x)[np.arange(256), labels].astype(np.float64)).mean())

    # The steepest of the last layer's gradients, held against a difference.
    probabilities = network.probabilities(x)
    probabilities[np.arange(256), labels] -= 1
    gradient = network.activations(x)[1].T @ probabilities / 256
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    network.weights[1][place] += step
    above = error()
    network.weights[1][place] -= 2 * step
    below = error()
    assert taken.gradients[1].limit == pytest.approx(abs(above - below) / (2 * step), rel=0.01)


# Asked over HTTP


def test_a_drawing_is_put_to_every_snapshot(submit: Submit, client: Client) -> None:
    version = version_of(submit(epochs=2))
    names = [f"{version.number}@{epoch}" for epoch in (0, 1, 2)]
    pixels = datasets.load("pen-strokes").x_test[0].tolist()
    answers = [
        client.post("/api/v1/predict", {"pixels": pixels, "versions": [name]}, content_type="application/json").json()
        for name in names
    ]
    shares = [tuple(answer["results"][0]["probabilities"]) for answer in answers]
    assert len(set(shares)) == 3
    finished = NETWORKS.get(version.number).network.probabilities(np.array([pixels], np.float32) / np.float32(255))[0]
    np.testing.assert_allclose(shares[2], finished, atol=0.01)


@pytest.mark.parametrize("name", ["1@7", "1@", "1@x", "1@-1", "nobody@1"])
def test_a_snapshot_that_is_not_there_is_not_found(submit: Submit, client: Client, name: str) -> None:
    version_of(submit(epochs=1))
    answer = client.post(
        "/api/v1/predict", {"pixels": [0.0] * 784, "versions": [name]}, content_type="application/json"
    )
    assert answer.status_code == 404


def test_pages_get_a_snapshot_of_a_version_and_of_a_run_alike(submit: Submit, client: Client) -> None:
    run = submit(epochs=400)
    train_until(2, run)
    listed = client.get(f"/runs/{run.pk}/learning.json").json()
    assert listed["epochs"] == [0, 1, 2]
    frame = client.get(f"/runs/{run.pk}/learning/1.json").json()
    assert (frame["epoch"], len(frame["pictures"]), len(frame["weights"]), len(frame["gradients"])) == (1, 16, 2, 2)
    version = version_of(submit(epochs=1))
    assert client.get(f"/versions/{version.number}/learning/1.json").json().keys() == frame.keys()
    assert client.get(f"/versions/{version.number}/learning/9.json").status_code == 404
    assert client.get(f"/runs/{run.pk}/learning/999.json").status_code == 204
    assert client.get("/runs/999999/learning/1.json").status_code == 404


def test_a_file_of_snapshots_that_was_changed_is_not_shown(submit: Submit, client: Client, folders: Path) -> None:
    version = version_of(submit(epochs=1))
    (folders / "models" / version.snapshot_file.name).write_bytes(b"something else")
    answer = client.get(f"/versions/{version.number}/learning/1.json")
    assert answer.status_code == 409
    assert "have changed" in answer.json()["detail"]


def test_a_page_that_plays_a_training_reads_the_file_once(
    submit: Submit, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = version_of(submit(epochs=3, seed=21))
    unpacked: list[int] = []

    def unpack(data: bytes) -> Any:
        unpacked.append(len(data))
        return whole(data)

    whole = files.unpack
    monkeypatch.setattr(files, "unpack", unpack)
    frames = [client.get(f"/versions/{version.number}/learning/{epoch}.json") for epoch in range(4)]
    assert [frame.json()["epoch"] for frame in frames] == [0, 1, 2, 3]
    assert len(unpacked) == 1


def test_a_snapshot_that_a_browser_has_is_not_sent_again(submit: Submit, client: Client) -> None:
    version = version_of(submit(epochs=1, seed=22))
    address = f"/versions/{version.number}/learning/1.json"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address.replace("1.json", "0.json"))["ETag"] != tag


def test_neurons_of_zero_weights_are_pictured_as_zeros() -> None:
    rows = np.zeros((2, 784), np.float32)
    assert not snapshot_recorder._signed_bytes(rows).any()


def test_a_histogram_of_zeros_has_no_made_up_range() -> None:
    told = snapshot_frames._histogram(snapshot_recorder.histogram(np.zeros((4, 3), np.float32)))
    assert (told["low"], told["high"], sum(told["counts"])) == (0, 0, 12)
