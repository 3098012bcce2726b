"""The version that ships with the code."""

import os
from pathlib import Path

import numpy as np
import pytest

from inference.errors import ArtifactError
from inference.model_files.pickle import network_pickle
from inference.models import Alias, ModelVersion
from inference.registry import starter
from nnlib import evaluate

pytestmark = pytest.mark.django_db


def test_the_starter_is_published_once_and_is_the_first_champion() -> None:
    first, second = starter.import_starter(), starter.import_starter()
    assert first == second == ModelVersion.objects.get()
    assert Alias.objects.get(name="champion").version == first
    assert first is not None
    assert (first.number, first.source) == (1, "starter")


def test_a_damaged_starter_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = tmp_path / "starter.pickle"
    damaged.write_bytes(starter.NETWORK_FILE.read_bytes()[:-1] + b"!")
    monkeypatch.setattr(starter, "NETWORK_FILE", damaged)
    with pytest.raises(ArtifactError, match="SHA-256"):
        starter.import_starter()
    assert not ModelVersion.objects.exists()


@pytest.mark.skipif(not os.environ.get("DIGITLAB_MNIST"), reason="DIGITLAB_MNIST names no mnist.npz")
def test_the_answers_that_ship_with_the_starter_are_its_own() -> None:
    version = starter.import_starter()
    assert version is not None
    with np.load(os.environ["DIGITLAB_MNIST"]) as file:
        x, y = file["x_test"].reshape(-1, 784), file["y_test"]
    network = network_pickle.network_from_bytes(starter.NETWORK_FILE.read_bytes())
    answers = np.frombuffer(bytes(version.test_predictions), np.uint8)
    assert np.array_equal(answers, evaluate(network, x, y, loss="cross_entropy").predictions)
    assert float(np.mean(answers == y)) == pytest.approx(version.test_accuracy)


@pytest.mark.skipif(not os.environ.get("DIGITLAB_MNIST"), reason="DIGITLAB_MNIST names no mnist.npz")
def test_the_starter_reads_97_percent_of_mnist() -> None:
    network = network_pickle.network_from_bytes(starter.NETWORK_FILE.read_bytes())
    with np.load(os.environ["DIGITLAB_MNIST"]) as file:
        x, y = file["x_test"].reshape(-1, 784), file["y_test"]
    assert evaluate(network, x, y, loss="cross_entropy").accuracy >= 0.97
