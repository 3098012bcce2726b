"""Runs that start from a version, submitted as programs and the command line do."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from inference.model_files.pickle import network_pickle
from inference.registry.services import import_version
from nnlib import Architecture, Network
from training.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture(autouse=True)
def parent(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 1: 784-30-20-10, tanh, sigmoid outputs."""
    monkeypatch.setattr("training.messaging.queue.enqueue_on_commit", lambda _run_id: None)
    network = Network.initialised(
        Architecture((784, 30, 20, 10), "tanh", "sigmoid"), initializer="xavier", rng=np.random.default_rng(1)
    )
    import_version(network_pickle.network_to_bytes(network))


def submit(client: Client, **fields: Any) -> Any:
    return client.post("/api/v1/runs", {"dataset": "pen-strokes", **fields}, content_type="application/json")


def test_a_run_that_names_only_its_parent_has_the_parents_shape(client: Client) -> None:
    config = submit(client, from_version=1).json()["config"]
    assert config["hidden_layers"] == [30, 20]
    assert (config["activation"], config["loss"]) == ("tanh", "squared_error")


def test_a_shape_that_was_asked_for_is_not_replaced_but_refused(client: Client) -> None:
    answer = submit(client, from_version=1, activation="relu")
    assert answer.status_code == 422
    assert "version 1 has activation tanh; this run has relu" in answer.content.decode()
    assert Run.objects.count() == 0


def test_a_parent_that_is_not_there_is_told(client: Client) -> None:
    answer = submit(client, from_version=9)
    assert answer.json()["detail"] == [{"loc": ["body", "from_version"], "msg": "there is no version 9"}]
