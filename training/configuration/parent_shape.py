"""A run that starts from a version takes the version's shape by default; another shape is refused."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from inference.errors import VersionNotFoundError
from inference.models import ModelVersion
from inference.registry.selectors import get_version
from nnlib.evaluation import LOSS_OF
from training.configuration.run_config import RunConfig


def shaped_like_parent(config: RunConfig, *, given: Collection[str]) -> RunConfig:
    """`config` with the layers, activation and outputs of the version it starts from, where they were not given.

    Args:
        config: the requested configuration.
        given: the fields that were given; the others have defaults.
    """
    if config.from_version is None:
        return config
    try:
        shape = shape_of(get_version(config.from_version))
        inherited = {field: value for field, value in shape.items() if field not in given}
        return RunConfig.model_validate({**config.as_json(), **inherited})
    except (VersionNotFoundError, ValidationError):  # none there, or larger than a run may be: submission says so
        return config


def shape_of(version: ModelVersion) -> dict[str, Any]:
    """The fields of a configuration that give a network this version's shape."""
    known = version.architecture
    return {
        "hidden_layers": version.layer_sizes[1:-1],
        "activation": known["activation"],
        "loss": LOSS_OF[known["output"]],
    }
