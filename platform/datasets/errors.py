"""Errors of data sets, samples and ink."""

from weblib.errors import LabError


class DatasetError(LabError):
    """Base of every error of this package."""


class DatasetUnavailableError(DatasetError):
    """A data set cannot be loaded on this machine; the message says how to supply it."""

    code = "dataset.unavailable"
    status = 409


class InkError(DatasetError, ValueError):
    """A drawing, image or row of pixels that cannot be read."""

    code = "ink.invalid"
    status = 422


class EmptyInkError(InkError):
    """Nothing drawn: there is no digit to read."""

    code = "ink.empty"


class CorrectionNotFoundError(DatasetError, LookupError):
    """No correction has this id."""

    code = "correction.not_found"
    status = 404


class CorrectionLimitError(DatasetError):
    """The number of corrections has reached its maximum."""

    code = "correction.limit"
    status = 409
