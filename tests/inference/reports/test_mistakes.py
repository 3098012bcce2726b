"""The misread images of a version, on its page and in the API."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from datasets import catalogue
from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry import services
from inference.reports import measurement
from inference.reports.metrics import probabilities_of
from nnlib import Architecture, Network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store", "small_pen_strokes")]


@pytest.fixture
def version() -> ModelVersion:
    """A version of random weights, evaluated on pen strokes."""
    architecture = Architecture((784, 16, 10), "relu", "softmax")
    network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
    version = services.import_version(network_pickle.network_to_bytes(network))
    measurement.measure_version(version.number)
    version.refresh_from_db()
    return version


def test_every_misread_image_is_listed_the_surest_first(client: Client, version: ModelVersion) -> None:
    data = catalogue.load("pen-strokes")
    probabilities = probabilities_of(services.load_network(version), data.x_test)
    wrong = np.flatnonzero(probabilities.argmax(1) != data.y_test)
    found: list[dict[str, Any]] = []
    cursor = "0"
    while cursor:
        answer = client.get(f"/api/v1/versions/{version.number}/mistakes?limit=200&cursor={cursor}").json()
        found, cursor = found + answer["items"], answer["next"]
    assert sorted(one["image"] for one in found) == wrong.tolist()
    assert [one["confidence"] for one in found] == sorted((one["confidence"] for one in found), reverse=True)
    first = found[0]
    assert first["truth"] == data.y_test[first["image"]]
    assert first["answer"] == probabilities[first["image"]].argmax()
    assert first["pixels"] == data.x_test[first["image"]].tolist()


def test_a_cell_of_the_confusion_matrix_leads_to_its_images(client: Client, version: ModelVersion) -> None:
    confusion = version.metrics["confusion"]
    truth, answer = max(
        ((t, a) for t in range(10) for a in range(10) if t != a), key=lambda cell: confusion[cell[0]][cell[1]]
    )
    page = client.get(f"/versions/{version.number}/").content.decode()
    link = f"/versions/{version.number}/mistakes/?truth={truth}&amp;answer={answer}"
    assert f'<a href="{link}">{confusion[truth][answer]}</a>' in page
    page = client.get(link.replace("&amp;", "&")).content.decode()
    assert f"{confusion[truth][answer]} images of a {truth} read as {answer}" in page
    shown = re.findall(r'data-truth="(\d)" data-answer="(\d)"', page)
    assert set(shown) == {(str(truth), str(answer))}
    assert len(shown) == min(60, confusion[truth][answer])


def test_many_images_have_pages(client: Client, version: ModelVersion) -> None:
    page = client.get(f"/versions/{version.number}/mistakes/").content.decode()
    assert "Page 1 of" in page
    assert "?truth=&amp;answer=&amp;page=2" in page
    assert client.get(f"/versions/{version.number}/mistakes/?truth=x&page=999").status_code == 200


def test_without_the_test_images_both_say_so(
    client: Client, version: ModelVersion, settings: Any, tmp_path: Path
) -> None:
    settings.DATASETS_DIR = tmp_path
    assert "not on this machine" in client.get(f"/versions/{version.number}/mistakes/").content.decode()
    answer = client.get(f"/api/v1/versions/{version.number}/mistakes")
    assert (answer.status_code, answer.json()["code"]) == (409, "test_images.missing")


def test_a_model_file_that_is_gone_is_said(client: Client, version: ModelVersion) -> None:
    services.model_store().delete(version.artifact)
    assert "cannot be read" in client.get(f"/versions/{version.number}/mistakes/").content.decode()
    assert client.get(f"/api/v1/versions/{version.number}/mistakes").status_code == 409
    assert client.get("/versions/999/mistakes/").status_code == 404
