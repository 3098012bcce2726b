"""What can go wrong with versions, ink and predictions. Messages say what was expected and what came."""

from typing import Final

from django.db import InterfaceError, OperationalError

# What Django calls a database that cannot be reached, that is locked, or whose disk is full.
DATABASE_AWAY: Final = (OperationalError, InterfaceError)
DATABASE_AWAY_WORDS: Final = "the database cannot be used just now; try again in a moment"


class InferenceError(Exception):
    """Anything this package refuses or cannot do."""


class InkError(InferenceError, ValueError):
    """A drawing, image or row of pixels that cannot be read."""


class EmptyInkError(InkError):
    """Nothing drawn: there is no digit to read."""


class ArtifactError(InferenceError, ValueError):
    """A model file that is not one of ours, is damaged, or asks for something a model file must not."""


class VersionNotFoundError(InferenceError, LookupError):
    """No version has this number or alias."""


class RegistryStateError(InferenceError):
    """What the registry does not allow as things stand; another change must come first."""


class VersionInUseError(RegistryStateError):
    """The version cannot go while an alias points at it, or somebody needs it."""


class ComparisonError(InferenceError, ValueError):
    """What was asked to be compared cannot be."""


class CorrectionNotFoundError(InferenceError, LookupError):
    """No correction has this id."""


class CorrectionLimitError(InferenceError):
    """There are as many corrections as are kept."""


class RateExceededError(InferenceError):
    """One account asked too often.

    Attributes:
        seconds: after which it may ask again.
    """

    def __init__(self, what: str, limit: str, *, seconds: int) -> None:
        super().__init__(f"at most {limit.replace('/', f' {what} per ')} for one account; go on in {seconds} s")
        self.seconds = seconds
