"""Writes of model versions; every one is whole or not at all. Aliases and the trash have services of their own."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version as library_version
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from datasets.ink.preprocessing import PREPROCESSING_ID
from inference.errors import ArtifactError
from inference.model_files.import_options import NOTHING_SAID, ImportOptions
from inference.model_files.input_scale import AS_IT_IS
from inference.model_files.kinds import read_network
from inference.model_files.pickle import network_pickle
from inference.models import CHAMPION, Alias, ModelVersion, VersionCounter, VersionTag
from inference.registry.alias_services import move_alias
from inference.registry.findings_services import computed_findings
from inference.registry.selectors import get_version
from nnlib import Network

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """A model file in the store: where, how large, and its fingerprint."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What is known of a network in addition to its weights; see `ModelVersion` for each."""

    source: ModelVersion.Source
    name: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    test_predictions: bytes = b""
    dataset: str = ""
    dataset_fingerprint: str = ""
    parent: ModelVersion | None = None
    origin: dict[str, Any] = field(default_factory=dict)
    notes: str = ""
    tags: tuple[str, ...] = ()
    preprocessing: str = PREPROCESSING_ID
    libraries: tuple[str, ...] = ()


def model_store() -> Storage:
    """Where model files are kept."""
    return storages["models"]


def store_network(network: Network, *, preprocessing: str = PREPROCESSING_ID) -> StoredArtifact:
    """Write the model file of `network`, under its fingerprint; the same network is stored once."""
    data = network_pickle.network_to_bytes(network, preprocessing=preprocessing)
    fingerprint = network_pickle.sha256(data)
    name = f"{fingerprint}.pickle"
    store = model_store()
    if not store.exists(name):
        name = store.save(name, ContentFile(data))
    return StoredArtifact(name, len(data), fingerprint)


def load_network(version: ModelVersion) -> Network:
    """The network of a version, read under restriction after its SHA-256 was found to match the record.

    Raises:
        ArtifactError: the file is missing, or is not the one that was published.
    """
    return network_pickle.network_from_bytes(read_artifact(version))


def read_artifact(version: ModelVersion) -> bytes:
    """The bytes of a version's model file, checked against the record.

    Raises:
        ArtifactError: the file is missing, or is not the one that was published.
    """
    try:
        with model_store().open(version.artifact) as file:
            data: bytes = file.read()
    except OSError as error:
        raise ArtifactError(f"the model file of version {version.number} cannot be read: {error.strerror}") from error
    if network_pickle.sha256(data) != version.sha256:
        raise ArtifactError(
            f"the model file of version {version.number} has changed since it was published; it is not used"
        )
    return data


def publish_version(network: Network, artifact: StoredArtifact, facts: VersionFacts) -> ModelVersion:
    """Record a stored network as the next version; the first version ever becomes the champion.

    Call it inside a transaction: the number is taken from a locked counter, so that it is neither lost nor given twice.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish_version needs a transaction around it")
    number = _next_number()
    if not model_store().exists(artifact.name):  # a version of the same weights was deleted a moment ago
        artifact = store_network(network, preprocessing=facts.preprocessing)
    architecture = network.architecture
    version = ModelVersion.objects.create(
        number=number,
        name=facts.name,
        source=facts.source,
        architecture={
            "layer_sizes": list(architecture.layer_sizes),
            "activation": architecture.activation,
            "output": architecture.output,
        },
        config=facts.config,
        metrics=facts.metrics,
        history=facts.history,
        test_predictions=facts.test_predictions,
        dataset=facts.dataset,
        dataset_fingerprint=facts.dataset_fingerprint,
        preprocessing=facts.preprocessing,
        library_versions={name: library_version(name) for name in ("digitlab", "numpy", *facts.libraries)},
        artifact=artifact.name,
        size_bytes=artifact.size_bytes,
        sha256=artifact.sha256,
        parent=facts.parent,
        origin=facts.origin,
        notes=facts.notes,
    )
    version.findings = computed_findings(version)
    version.save(update_fields=["findings"])
    VersionTag.objects.bulk_create(VersionTag(version=version, word=word) for word in facts.tags)
    if not Alias.objects.filter(name=CHAMPION).exists():
        move_alias(CHAMPION, version.number, by="")
    return version


def import_version(
    data: bytes,
    *,
    name: str = "",
    options: ImportOptions = NOTHING_SAID,
    source: ModelVersion.Source = ModelVersion.Source.IMPORT,
) -> ModelVersion:
    """Publish a model file of any kind that `model_files` knows as a version.

    Raises:
        MissingFactsError: it does not say its activation or output, and neither do the options.
        ArtifactError: it is not one; nothing of it was run.
    """
    network, kind = read_network(data, options)
    artifact = store_network(network)
    origin = {"file": kind.key}
    if options.input_scale != AS_IT_IS:
        origin["input_scale"] = options.input_scale
    facts = VersionFacts(source=source, name=name.strip()[:100], origin=origin)
    with transaction.atomic():
        return publish_version(network, artifact, facts)


def describe_version(
    number: int, *, name: str | None = None, notes: str | None = None, tags: Sequence[str] | None = None
) -> None:
    """Give a version another name, other notes or other tags.

    Raises:
        VersionNotFoundError: there is no such version.
    """
    with transaction.atomic():
        version = ModelVersion.objects.select_for_update().get(pk=get_version(number).pk)
        version.name = version.name if name is None else name
        version.notes = version.notes if notes is None else notes
        version.save(update_fields=["name", "notes"])
        if tags is not None:
            VersionTag.objects.filter(version=version).delete()
            VersionTag.objects.bulk_create(VersionTag(version=version, word=word) for word in tags)


def lock_counter() -> VersionCounter:
    """The counter of versions, locked until the transaction ends: no other one publishes or removes a file."""
    VersionCounter.objects.get_or_create(pk=1)
    return VersionCounter.objects.select_for_update().get(pk=1)


def _next_number() -> int:
    counter = lock_counter()
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return counter.last_number
