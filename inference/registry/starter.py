"""The version that ships with the code, so that a fresh machine can read digits before any run."""

import json
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from inference.errors import ArtifactError
from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry.services import VersionFacts, publish_version, store_network

FOLDER: Final = Path(__file__).parents[1] / "starter_files"
NETWORK_FILE: Final = FOLDER / "starter.pickle"
FACTS_FILE: Final = FOLDER / "starter.json"
# What is known of it in addition to its weights; written by the command that trains it.
FACTS: Final = ("name", "config", "metrics", "history", "dataset", "dataset_fingerprint", "preprocessing", "notes")


def import_starter() -> ModelVersion | None:
    """Publish the starter unless a version with its very weights is there; None where none ships.

    Raises:
        ArtifactError: the shipped file is not the one that its facts name.
    """
    if not NETWORK_FILE.is_file():
        return None
    facts: dict[str, Any] = json.loads(FACTS_FILE.read_text())
    data = NETWORK_FILE.read_bytes()
    if network_pickle.sha256(data) != facts["sha256"]:
        raise ArtifactError("the starter's file is damaged: its SHA-256 differs from the one in its facts")
    published = ModelVersion.everything.filter(source=ModelVersion.Source.STARTER, sha256=facts["sha256"]).first()
    if published is not None:
        return published
    network = network_pickle.network_from_bytes(data)
    artifact = store_network(network, preprocessing=facts["preprocessing"])
    with transaction.atomic():
        known = {name: facts[name] for name in FACTS}
        # A letter per test image: what it read there, so that any other version can be held against it.
        known["test_predictions"] = bytes(map(int, facts["test_predictions"]))
        return publish_version(network, artifact, VersionFacts(source=ModelVersion.Source.STARTER, **known))
