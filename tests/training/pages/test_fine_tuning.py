"""Corrections as a data set: what is in it, when it can be had, and that it teaches a network one's own hand."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from numpy.typing import NDArray

import datasets
from datasets import catalogue, pen_strokes, stored
from datasets.errors import DatasetUnavailableError
from datasets.ink.preprocessing import pixels_from_strokes
from datasets.models import Sample
from datasets.pen_strokes.curves import corner
from datasets.pen_strokes.handwriting_variation import write
from datasets.samples import rehearsal
from datasets.samples.services import delete_corrections, relabel
from inference.registry import starter
from inference.registry.services import load_network
from inference.serving.corrections import add_correction
from inference.serving.prediction import PredictRequest
from nnlib import Network, evaluate
from tests.lab import TRAIN_IMAGES
from training.configuration.run_config import RunConfig
from training.models import Run
from training.pages.forms import starting_values
from training.runs import checkpoints, services
from training.runs.selectors import get_run
from training.worker import reconciliation
from training.worker.execution import execute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]

Submit = Callable[..., Run]
MIRRORED_SEVEN = [[(0.7, 0.02), *corner(0, 0), (0, 1)]]


def drawn(count: int, *, seed: int) -> list[list[list[tuple[float, float]]]]:
    """One person's sevens, which lean the wrong way: strokes as the canvas sends them."""
    rng = np.random.default_rng(seed)
    inks = [write(MIRRORED_SEVEN, rng=rng) for _ in range(count)]
    return [[[(float(x), float(y)) for x, y in 200 * ink.points + 150]] for ink in inks]


def correct(count: int, *, label: int = 7, seed: int = 1) -> None:
    for strokes in drawn(count, seed=seed):
        add_correction(PredictRequest(strokes=strokes), label)


def status() -> datasets.DatasetStatus:
    return next(status for status in datasets.availability() if status.key == "corrections")


# When it can be had.


def test_too_few_corrections_are_refused_with_how_many_are_needed() -> None:
    correct(3)
    with pytest.raises(DatasetUnavailableError, match="at least 10 corrections are needed, and there are 3 so far"):
        datasets.load("corrections")
    assert (status().state, status().train_count) == ("unavailable", 3)
    assert status().note.startswith("At least 10 corrections are needed, and there are 3 so far")


def test_a_run_on_too_few_corrections_is_refused_beside_the_field(client: Client) -> None:
    correct(1)
    answer = client.post("/api/v1/runs", {"dataset": "corrections"}, "application/json")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "dataset"]
    assert "there is 1 so far" in answer.json()["detail"][0]["msg"]
    assert not Run.objects.exists()


def test_the_form_does_not_offer_too_few_corrections(client: Client) -> None:
    page = client.get("/runs/new/?dataset=corrections").content.decode()
    assert 'value="corrections" disabled' in page
    assert "At least 10 corrections are needed, and there are none so far" in page


def test_enough_corrections_are_offered_and_say_what_they_are_tested_on(settings: Any) -> None:
    settings.MNIST_FILE = ""
    correct(10)
    assert (status().state, status().train_count, status().tested_on) == ("ready", 10, "pen-strokes")
    assert "Tested on Pen strokes." in status().note


def test_the_form_for_fine_tuning_is_filled_with_careful_steps() -> None:
    correct(10)
    starter.import_starter()
    values, sentence = starting_values({"fine_tune": "1", "dataset": "corrections"})
    assert sentence == ""
    assert (values["dataset"], values["from_version"], values["hidden_layers"]) == ("corrections", 1, "800")
    assert (values["epochs"], values["learning_rate"], values["augmentation"]) == (5, 0.001, "mild")


# What is in it.


@pytest.fixture
def small_corrections(settings: Any) -> datasets.Dataset:
    """Ten corrections among a small set of pen strokes."""
    settings.MNIST_FILE = ""
    correct(10)
    return datasets.load("corrections")


def test_each_correction_is_repeated_among_what_is_rehearsed(small_corrections: datasets.Dataset) -> None:
    rehearsed = datasets.load("pen-strokes")
    repeats = round(rehearsal.SHARE * TRAIN_IMAGES / 10)
    assert len(small_corrections.x_train) == TRAIN_IMAGES + 10 * repeats
    for pixels, label in Sample.objects.values_list("pixels", "label"):
        rows = (small_corrections.x_train == np.frombuffer(bytes(pixels), np.uint8)).all(axis=1)
        assert rows.sum() == repeats
        assert (small_corrections.y_train[rows] == label).all()
    np.testing.assert_array_equal(small_corrections.x_test, rehearsed.x_test)


def test_corrections_are_spread_over_the_whole_set(small_corrections: datasets.Dataset) -> None:
    """A run that does not shuffle must not meet them all at the end."""
    own = {bytes(pixels) for pixels in Sample.objects.values_list("pixels", flat=True)}
    places = [i for i, row in enumerate(small_corrections.x_train) if row.tobytes() in own]
    assert min(places) < 0.1 * len(small_corrections.x_train)
    assert max(places) > 0.9 * len(small_corrections.x_train)


def test_two_of_mnist_are_rehearsed_for_each_of_pen_strokes() -> None:
    images = {key: np.full((rehearsal.REHEARSED, 784), value, np.uint8) for key, value in (("a", 1), ("b", 2))}
    labels = np.zeros(rehearsal.REHEARSED, np.uint8)
    parts = [datasets.Dataset(key, x, labels, x[:5], labels[:5], "00") for key, x in images.items()]
    taken = rehearsal.Taken(np.full((30, 784), 3, np.uint8), np.zeros(30, np.uint8), ("a", "b"))
    data = rehearsal.assembled(taken, parts)
    counts = np.bincount(data.x_train[:, 0])
    assert counts[1:].tolist() == [20_000, 10_000, 1_500]
    assert data.x_test[0, 0] == 1


def test_many_corrections_are_not_repeated() -> None:
    x = np.zeros((100, 784), np.uint8)
    part = datasets.Dataset("a", x, x[:, 0], x, x[:, 0], "00")
    taken = rehearsal.Taken(np.ones((300, 784), np.uint8), np.zeros(300, np.uint8), ("a",))
    assert rehearsal.assembled(taken, [part]).x_train[:, 0].sum() == 300


def test_the_fingerprint_follows_pictures_and_labels(small_corrections: datasets.Dataset) -> None:
    assert datasets.load("corrections").fingerprint == small_corrections.fingerprint
    first = Sample.objects.order_by("id").values_list("id", flat=True)[0]
    relabel(first, 1)
    relabelled = datasets.load("corrections").fingerprint
    delete_corrections([first])
    correct(1, seed=9)
    assert len({small_corrections.fingerprint, relabelled, datasets.load("corrections").fingerprint}) == 3


# A run on them.


@pytest.fixture
def fine_tune(transactional_db: None) -> Submit:
    """Writes down a run that goes on from the starter with what the form suggests."""

    def submit(**fields: Any) -> Run:
        version = starter.import_starter()
        assert version is not None
        values, _ = starting_values({"fine_tune": str(version.number), "dataset": "corrections"})
        return services.submit_run(RunConfig.model_validate({**values, **fields}), enqueue=False)

    return submit


def test_a_run_goes_on_with_the_corrections_that_it_took(folders: Path, submit: Submit, settings: Any) -> None:
    settings.MNIST_FILE = ""
    correct(10)
    run = submit(dataset="corrections")
    kept = checkpoints.kept_data(run.pk)
    first = datasets.load("corrections", kept=kept)
    newest = Sample.objects.order_by("-id").values_list("id", flat=True)[0]
    Run.objects.filter(pk=run.pk).update(status="queued", checkpoint="")
    reconciliation.clear_checkpoints()
    checkpoints.remove(checkpoints.others(run.pk, ""))
    correct(5, seed=3)
    again = datasets.load("corrections", kept=kept)
    assert (again.fingerprint, len(again.x_train)) == (first.fingerprint, len(first.x_train))
    assert execute(run.pk)
    done = get_run(run.pk)
    assert done.version is not None, done.failure
    assert done.version.dataset_fingerprint == first.fingerprint
    assert done.version.origin["corrections"] == {"newest_id": newest, "count": 10}
    assert not kept.exists()


def test_a_run_that_an_older_program_started_learned_what_was_there_before_its_start(
    folders: Path, submit: Submit, settings: Any
) -> None:
    settings.MNIST_FILE = ""
    correct(10)
    run = submit(dataset="corrections")
    kept = checkpoints.kept_data(run.pk)
    taken = rehearsal.Taken.now(["pen-strokes"])
    kept.parent.mkdir(parents=True)
    np.savez_compressed(kept, x=taken.x, y=taken.y, rehearsed=np.array(json.dumps(taken.rehearsed)))
    assert execute(run.pk)
    done = get_run(run.pk)
    assert done.version is not None, done.failure
    assert done.started_at is not None
    noted = {"newest_id": 0, "until": done.started_at.isoformat(), "count": 10}
    assert done.version.origin["corrections"] == noted


def test_a_version_records_what_its_parent_learned_from(folders: Path, submit: Submit, settings: Any) -> None:
    settings.MNIST_FILE = ""
    correct(10)
    first = submit(dataset="corrections")
    execute(first.pk)
    parent = get_run(first.pk).version
    assert parent is not None
    run = submit(from_version=parent.number)
    execute(run.pk)
    child = get_run(run.pk).version
    assert child is not None
    assert child.origin["corrections"]["newest_id"] == parent.origin["corrections"]["newest_id"]


def test_what_a_run_took_and_was_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "data.npz").write_bytes(b"PK\x03\x04 not much")
    with pytest.raises(DatasetUnavailableError, match="the corrections that this run took cannot be read"):
        datasets.load("corrections", kept=tmp_path / "data.npz")


@pytest.fixture
def much_to_rehearse(folders: Path, settings: Any) -> None:
    """MNIST where DIGITLAB_MNIST names it; else more pen strokes than tests share, to measure what is forgotten."""
    shared = catalogue.folder_of("pen-strokes")
    # Not where other tests look, which count on MNIST not being at hand.
    settings.DATASETS_DIR = folders / "datasets"
    settings.MNIST_FILE = os.environ.get("DIGITLAB_MNIST", "")
    if settings.MNIST_FILE:
        settings.DATASETS_DIR.mkdir()
        catalogue.folder_of("pen-strokes").symlink_to(shared)
    else:
        stored.store(pen_strokes.generate(seed=1, train=12_000, test=3_000), catalogue.folder_of("pen-strokes"))


@pytest.mark.usefixtures("much_to_rehearse")
@pytest.mark.slow
def test_thirty_corrections_and_a_fine_tuning_run_fix_ones_own_digit(fine_tune: Submit) -> None:
    correct(30)
    run = fine_tune()
    before = load_network(run_parent(run))
    others = np.stack([pixels_from_strokes(strokes) for strokes in drawn(100, seed=2)])
    assert share_of_sevens(before, others) < 0.5
    assert execute(run.pk)
    done = get_run(run.pk)
    assert done.version is not None, done.failure
    after = load_network(done.version)
    assert share_of_sevens(after, others) > 0.95
    tested = datasets.load("corrections")
    fall = accuracy(before, tested) - accuracy(after, tested)
    assert fall < 0.002


def run_parent(run: Run) -> Any:
    from inference.registry.selectors import get_version

    assert run.configuration.from_version is not None
    return get_version(run.configuration.from_version)


def share_of_sevens(network: Network, x: NDArray[np.float32]) -> float:
    return float((network.probabilities(x).argmax(axis=1) == 7).mean())


def accuracy(network: Network, data: datasets.Dataset) -> float:
    return evaluate(network, data.x_test, data.y_test, loss="cross_entropy").accuracy
