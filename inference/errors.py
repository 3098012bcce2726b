"""Errors of model versions and model files."""

from typing import Final

from nnlib import NnlibError
from weblib.errors import LabError

# Errors whose messages are written for people.
PLAIN_ERRORS: Final = (LabError, NnlibError)


class InferenceError(LabError):
    """Base of every error of this package."""


class ArtifactError(InferenceError, ValueError):
    """A model file that has an unknown format, is damaged, or contains what a model file must not contain."""

    code = "artifact.invalid"
    status = 409


class MissingFactsError(ArtifactError):
    """A model file that does not say what its network needs: it must be given with the file.

    Attributes:
        fields: The names of what is missing.
    """

    code = "artifact.facts_missing"
    status = 422

    def __init__(self, message: str, *, fields: tuple[str, ...]) -> None:
        super().__init__(message)
        self.fields = fields


class VersionNotFoundError(InferenceError, LookupError):
    """No version has this number or alias."""

    code = "version.not_found"
    status = 404


class RegistryStateError(InferenceError):
    """The registry does not allow this in its present state; another change must come first."""

    code = "registry.state"
    status = 409


class VersionInUseError(RegistryStateError):
    """The version cannot be deleted while an alias points at it or a run needs it."""

    code = "version.in_use"


class MeasurementError(InferenceError, ArithmeticError):
    """The outputs of a network cannot be evaluated."""

    code = "measurement.failed"


class ImagesMissingError(InferenceError):
    """The images that a version was evaluated on are not on this machine, or it was not evaluated."""

    code = "test_images.missing"
    status = 409

    def __init__(self, number: int) -> None:
        super().__init__(f"the test images of version {number} are not on this machine, or it was not evaluated yet")
