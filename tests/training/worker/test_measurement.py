"""Imported versions are measured by the worker: once, on the images that others were judged by."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from celery import current_app
from django.db import connection
from django.test import Client

from datasets import catalogue, stored
from datasets.training_sample import training_sample
from inference.labels import measurement_text
from inference.model_files.input_scale import InputScale, scaled_pixels
from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry import services, starter, trash_services
from inference.registry.measurement_services import NOT_FINISHED, record_measurement
from inference.reports import measurement
from inference.reports.metrics import measured
from inference.serving.network_cache import NetworkCache
from nnlib import Architecture, Network
from training import tasks
from training.comparison import side_by_side
from training.messaging import queue
from training.worker import imports, reconciliation

Import = Callable[..., ModelVersion]
DAY = 24 * 3600.0


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    """No version waits to be measured."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_declare(queue.MEASUREMENTS)
        broker.default_channel.queue_purge(queue.MEASUREMENTS)


def waiting() -> int:
    """How many versions wait to be measured."""
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.queue_declare(queue.MEASUREMENTS).message_count)


@pytest.fixture
def import_one(folders: Path, transactional_db: None) -> Import:
    """Imports a small network of random weights."""

    def import_drawn(*, output: Any = "softmax", scale: float = 1.0) -> ModelVersion:
        network = drawn(output)
        for weights in network.weights:
            np.multiply(weights, np.float32(scale), out=weights)
        return services.import_version(network_pickle.network_to_bytes(network))

    return import_drawn


def drawn(output: Any = "softmax") -> Network:
    architecture = Architecture((784, 16, 10), "relu", output)
    return Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))


def now(version: ModelVersion) -> ModelVersion:
    """The version as it stands."""
    return ModelVersion.everything.get(pk=version.pk)


def damage(version: ModelVersion) -> None:
    path = Path(services.model_store().path(version.artifact))
    path.chmod(0o600)
    path.write_bytes(b"something else")


@pytest.mark.parametrize(("output", "loss"), [("softmax", "cross_entropy"), ("sigmoid", "squared_error")])
def test_an_import_gets_the_figures_that_a_run_would_have_had(import_one: Import, output: Any, loss: Any) -> None:
    version = import_one(output=output)
    tasks.measure(version.number)
    data = catalogue.load("pen-strokes")
    metrics, predictions = measured(drawn(output), data.x_test, data.y_test, loss=loss)
    found = now(version)
    scales = found.metrics.pop("input_scale")
    assert scales["offered"] is None
    assert found.metrics == {**metrics, "tested_on": "pen-strokes", "measured": True}
    assert found.test_accuracy == metrics["test_accuracy"]
    assert bytes(found.test_predictions) == predictions.astype(np.uint8).tobytes()
    assert found.dataset == ""


def test_mnist_comes_before_pen_strokes(import_one: Import, tmp_path: Path, settings: Any) -> None:
    version, data = import_one(), catalogue.load("pen-strokes")
    settings.DATASETS_DIR = tmp_path / "datasets"
    part = slice(0, 100)
    arrays = (data.x_train[part], data.y_train[part], data.x_test[part], data.y_test[part])
    for key in ("pen-strokes", "mnist"):
        stored.store(arrays, catalogue.folder_of(key))
    measurement.measure_version(version.number)
    assert now(version).metrics["tested_on"] == "mnist"


def test_without_test_images_of_its_own_the_scheduler_offers_an_import(
    import_one: Import, tmp_path: Path, settings: Any
) -> None:
    version, folder = import_one(), settings.DATASETS_DIR
    settings.DATASETS_DIR = tmp_path / "of the scheduler"
    reconciliation.reconcile()
    assert waiting() == 1
    settings.DATASETS_DIR = folder
    tasks.measure(version.number)
    assert now(version).metrics["tested_on"] == "pen-strokes"


def test_a_worker_without_test_images_leaves_an_import_to_another(
    import_one: Import, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, folder, begin = import_one(), settings.DATASETS_DIR, time.time()
    settings.DATASETS_DIR = tmp_path / "of another worker"
    tasks.measure(version.number)
    assert "once it has the test images" in measurement_text(now(version).metrics)
    reconciliation.reconcile()
    assert waiting() == 0
    monkeypatch.setattr(time, "time", lambda: begin + 60)
    reconciliation.reconcile()
    assert waiting() == 1
    settings.DATASETS_DIR = folder
    tasks.measure(version.number)
    assert now(version).metrics["tested_on"] == "pen-strokes"


def test_the_scheduler_offers_an_import_once_and_no_more_when_it_is_measured(import_one: Import) -> None:
    version = import_one()
    reconciliation.reconcile()
    reconciliation.reconcile()
    assert waiting() == 1
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge(queue.MEASUREMENTS)
    measurement.measure_version(version.number)
    reconciliation.reconcile()
    assert waiting() == 0


def test_only_imports_are_measured(import_one: Import) -> None:
    version = import_one()
    ModelVersion.objects.update(source=ModelVersion.Source.RUN)
    reconciliation.reconcile()
    measurement.measure_version(version.number)
    assert (waiting(), now(version).metrics) == (0, {})


def test_a_measurement_is_written_once(import_one: Import) -> None:
    version = import_one()
    assert record_measurement(version.number, {"test_accuracy": 0.5}, b"\1")
    assert not record_measurement(version.number, {"test_accuracy": 0.7}, b"\2")
    assert (now(version).metrics["test_accuracy"], bytes(now(version).test_predictions)) == (0.5, b"\1")


def test_of_two_workers_at_once_one_writes(import_one: Import) -> None:
    version, start, wrote = import_one(), threading.Barrier(4), list[bool]()

    def record(share: float) -> None:
        start.wait()
        wrote.append(record_measurement(version.number, {"test_accuracy": share}, b""))
        connection.close()

    threads = [threading.Thread(target=record, args=(share,)) for share in (0.1, 0.2, 0.3, 0.4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wrote) == [False, False, False, True]


def test_a_version_in_the_trash_is_left_alone_until_it_comes_back(import_one: Import) -> None:
    import_one()  # the champion, which cannot be thrown away
    version = import_one()
    trash_services.trash_version(version.number, by="")
    measurement.measure_version(version.number)
    assert not record_measurement(version.number, {"test_accuracy": 0.5}, b"")
    assert now(version).metrics == {}
    trash_services.restore_version(version.number)
    measurement.measure_version(version.number)
    assert now(version).test_accuracy is not None


def test_a_version_that_was_deleted_meanwhile_is_nobodys_trouble(import_one: Import) -> None:
    measurement.measure_version(import_one().number + 1)


def test_a_damaged_model_file_is_logged_once_and_not_offered_again_that_day(
    import_one: Import, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", logger="inference.reports.measurement")
    version = import_one()
    damage(version)
    measurement.measure_version(version.number)
    measurement.measure_version(version.number)
    reconciliation.reconcile()
    reason = f"the model file of version {version.number} has changed since it was published; it is not used"
    assert now(version).metrics["measured"] is False
    assert now(version).metrics["not_measured"]["reason"] == reason
    assert [record.getMessage() for record in caplog.records] == [f"version {version.number} is not measured: {reason}"]
    assert waiting() == 0


def test_a_measurement_that_its_worker_dies_of_is_not_offered_again_that_day(import_one: Import) -> None:
    version = import_one()
    connection.close()  # a forked process must not inherit it
    child = multiprocessing.get_context("fork").Process(target=die_measuring, args=(version.number,))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert now(version).metrics["not_measured"]["reason"] == NOT_FINISHED
    imports.offer_unmeasured()
    assert waiting() == 0
    measurement.measure_version(version.number)  # as a day later
    assert now(version).test_accuracy is not None
    assert "not_measured" not in now(version).metrics


def die_measuring(number: int) -> None:
    """What the kernel does to a process that wants too much memory."""
    measurement.load_network = lambda _version: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[attr-defined,assignment,return-value]
    measurement.measure_version(number)


def test_a_model_file_that_was_put_right_is_measured_a_day_later(
    import_one: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = import_one()
    whole = services.read_artifact(version)
    damage(version)
    measurement.measure_version(version.number)
    Path(services.model_store().path(version.artifact)).write_bytes(whole)
    later = time.time() + DAY + 1
    monkeypatch.setattr(time, "time", lambda: later)
    reconciliation.reconcile()
    assert waiting() == 1
    measurement.measure_version(version.number)
    assert now(version).metrics["measured"] is True
    assert "not_measured" not in now(version).metrics


def test_a_network_whose_answers_overflow_is_told_in_words(import_one: Import) -> None:
    version = import_one(scale=1e38)
    measurement.measure_version(version.number)
    reason = now(version).metrics["not_measured"]["reason"]
    assert reason == "its answers to the test images are not numbers: its weights are too large"


def test_an_import_is_compared_with_what_was_judged_by_the_same_images(import_one: Import) -> None:
    first, second = import_one(), import_one(output="sigmoid")
    for version in (first, second):
        measurement.measure_version(version.number)
    # As a run leaves it.
    ModelVersion.objects.filter(pk=first.pk).update(source=ModelVersion.Source.RUN, dataset="pen-strokes")
    found = side_by_side.compare([first.number, second.number], [])
    pair = found.pair_of(None, None)
    assert found.is_fair
    assert pair is not None
    assert pair.pair is not None


def test_an_answer_of_a_measured_import_is_calibrated(import_one: Import) -> None:
    version = import_one()
    measurement.measure_version(version.number)
    temperature = now(version).metrics["calibration"]["temperature"]
    assert NetworkCache().get(version.number).temperature == temperature != 1.0


def test_the_page_says_by_what_an_import_was_measured_or_why_not(client: Client, import_one: Import) -> None:
    version = import_one()
    address = f"/versions/{version.number}/"
    assert "Not measured yet: a worker does so" in client.get(address).content.decode()
    damage(version)
    measurement.measure_version(version.number)
    assert "Not measured: the model file of version" in client.get(address).content.decode()
    ModelVersion.objects.filter(pk=version.pk).update(metrics={})
    assert record_measurement(version.number, {"test_accuracy": 0.5, "tested_on": "mnist"}, b"")
    assert "Measured here on the test images of MNIST." in client.get(address).content.decode()


# Inputs of another scale


def trained_on(scale: InputScale) -> Network:
    """The starter, as if it had been trained on inputs of that scale: folded back, it is itself."""
    network = network_pickle.network_from_bytes(starter.NETWORK_FILE.read_bytes())
    ones = np.ones((1, 784), np.float32)
    factor, shift = ((scaled_pixels(ones * n, scale)[0, 0]) for n in (1, 0))
    factor -= shift
    first = network.weights[0] / factor
    biases = [network.biases[0] - shift * first.sum(axis=0), *network.biases[1:]]
    return Network(network.architecture, [first, *network.weights[1:]], biases)


@pytest.mark.parametrize("scale", ["-1..1", "0..255", "mnist-standardized"])
def test_a_network_that_was_trained_on_another_scale_is_noticed_and_imported_anew(
    folders: Path, transactional_db: None, client: Client, scale: InputScale
) -> None:
    version = services.import_version(network_pickle.network_to_bytes(trained_on(scale)), name="Theirs")
    measurement.measure_version(version.number)
    judged = now(version).metrics["input_scale"]
    sample = training_sample("pen-strokes")
    assert sample is not None
    assert (judged["images"], judged["count"], judged["offered"]) == ("pen-strokes", len(sample.labels), scale)
    assert judged["accuracy"][scale] > 0.9 > judged["accuracy"]["0..1"]
    page = client.get(f"/versions/{version.number}/").content.decode()
    was, becomes = (f"{100 * judged['accuracy'][name]:.1f} %" for name in ("0..1", scale))
    assert f"it reads {was} as it is, {becomes} with inputs scaled to" in page

    answer = client.post(f"/versions/{version.number}/rescale/", {"input_scale": scale})
    assert answer["Location"] == f"/versions/{version.number + 1}/"
    anew = ModelVersion.objects.get(number=version.number + 1)
    measurement.measure_version(anew.number)
    metrics = now(anew).metrics
    assert metrics["input_scale"]["offered"] is None
    assert metrics["input_scale"]["accuracy"]["0..1"] == pytest.approx(judged["accuracy"][scale], abs=0.002)
    assert (anew.parent, anew.name, anew.source) == (version, "Theirs", ModelVersion.Source.IMPORT)
    assert anew.origin == {"file": "pickle", "input_scale": scale}
    assert now(version).sha256 == version.sha256
    page = client.get(f"/versions/{anew.number}/").content.decode()
    assert "as it is" not in page
    assert "pickle file, inputs scaled to" in page


def test_the_scale_is_judged_without_test_images(
    folders: Path, transactional_db: None, tmp_path: Path, settings: Any
) -> None:
    data = catalogue.load("pen-strokes")
    settings.DATASETS_DIR = tmp_path / "datasets"
    # Test images whose labels are all wrong say nothing about the scale.
    stored.store((data.x_train, data.y_train, data.x_test, (data.y_test + 1) % 10), catalogue.folder_of("pen-strokes"))
    version = services.import_version(network_pickle.network_to_bytes(trained_on("-1..1")))
    measurement.measure_version(version.number)
    assert now(version).metrics["input_scale"]["offered"] == "-1..1"


def test_the_same_scale_is_imported_once(folders: Path, transactional_db: None, client: Client) -> None:
    version = services.import_version(network_pickle.network_to_bytes(trained_on("-1..1")))
    answers = [
        client.post(f"/api/v1/versions/{version.number}/rescale", {"input_scale": "-1..1"}, "application/json")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["number"] for answer in answers] == [version.number + 1] * 2
    assert answers[0].json()["parent"] == version.number


@pytest.mark.parametrize(
    ("scale", "number", "status", "code"),
    [("0..1", 1, 422, "validation"), ("0..2", 1, 422, "validation"), ("-1..1", 9, 404, "version.not_found")],
)
def test_a_scale_or_version_that_is_not_there_is_refused(  # noqa: PLR0917 -- a row of the table
    import_one: Import, client: Client, scale: str, number: int, status: int, code: str
) -> None:
    import_one()
    answer = client.post(f"/api/v1/versions/{number}/rescale", {"input_scale": scale}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_only_an_import_has_inputs_of_an_unknown_scale(import_one: Import, client: Client) -> None:
    version = import_one()
    ModelVersion.objects.update(source=ModelVersion.Source.RUN)
    answer = client.post(f"/api/v1/versions/{version.number}/rescale", {"input_scale": "-1..1"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.state")
    page = client.post(f"/versions/{version.number}/rescale/", {"input_scale": "-1..1"}, follow=True).content.decode()
    assert "Expected an imported version" in page
    assert ModelVersion.objects.count() == 1
