"""A version's network as a file for other programs."""

from typing import Final

from inference.model_files.kinds import KINDS
from inference.models import ModelVersion
from inference.registry.services import load_network, read_artifact

FORMATS: Final = tuple(KINDS)


def exported(version: ModelVersion, key: str) -> bytes:
    """The version as a file of that kind; a pickle is the very file that its SHA-256 names.

    Raises:
        ArtifactError: the version's own file cannot be used.
    """
    if key == "pickle":
        return read_artifact(version)
    return KINDS[key].write(load_network(version), {"preprocessing": version.preprocessing})
