"""Imports a version anew for inputs of another scale; the version itself stays as it is."""

from django.db import transaction

from inference.errors import RegistryStateError
from inference.model_files.input_scale import InputScale, folded
from inference.models import ModelVersion
from inference.registry.selectors import get_version
from inference.registry.services import VersionFacts, load_network, lock_counter, publish_version, store_network


def import_rescaled(number: int, scale: InputScale) -> ModelVersion:
    """The import `number` as a version that answers to pixels in [0, 1] as that one does to pixels of `scale`.

    It is published once: called again, the version that is there already is returned.

    Raises:
        VersionNotFoundError: there is no such version.
        RegistryStateError: it was not imported, so that its inputs are known to be in [0, 1].
        ArtifactError: its file cannot be used, or its weights are too large for it.
    """
    parent = get_version(number)
    if parent.source != ModelVersion.Source.IMPORT:
        raise RegistryStateError(f"expected an imported version; the inputs of version {number} are known")
    network = folded(load_network(parent), scale)
    artifact = store_network(network, preprocessing=parent.preprocessing)
    facts = VersionFacts(
        source=ModelVersion.Source.IMPORT,
        name=parent.name,
        parent=parent,
        origin={**parent.origin, "input_scale": scale},
        tags=tuple(tag.word for tag in parent.tags.all()),
        preprocessing=parent.preprocessing,
    )
    with transaction.atomic():
        lock_counter()  # of two requests, the second finds what the first published
        published = ModelVersion.objects.filter(parent=parent, sha256=artifact.sha256).first()
        return published or publish_version(network, artifact, facts)
