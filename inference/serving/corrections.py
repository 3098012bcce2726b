"""Adds corrections: a drawing, its label, and what a version answered to it."""

from datasets.ink.drawing import Drawing
from datasets.models import Sample
from datasets.samples.services import Answer, add_sample, check_drawing
from inference.errors import ArtifactError, VersionNotFoundError
from inference.models import CHAMPION
from inference.serving import prediction
from inference.serving.network_cache import LoadedVersion


def add_correction(ink: Drawing, label: int, *, version: int | str | None = None, author: str = "") -> Sample:
    """Store a drawing with its label, and what a version answered to it.

    Args:
        ink: one drawing, image or row of pixels.
        label: 0 to 9.
        version: number or alias of the version that answers; None: the champion, if there is one that can be used.
        author: who gave the label, at most 150 characters.

    Raises:
        InkError: the ink cannot be read, is more than one drawing, or there is none.
        VersionNotFoundError, ArtifactError: the named version does not exist or cannot be used.
        CorrectionLimitError: the number of corrections has reached its maximum.
    """
    check_drawing(ink)
    loaded, x = _loaded(version), ink.seen()
    answer = None if loaded is None else Answer(loaded.number, int(loaded.network.probabilities(x).argmax()))
    return add_sample(ink, x, label, answer=answer, author=author)


def _loaded(version: int | str | None) -> LoadedVersion | None:
    if version is not None:
        return prediction.NETWORKS.get(version)
    try:
        return prediction.NETWORKS.get(CHAMPION)
    except (VersionNotFoundError, ArtifactError):
        return None
