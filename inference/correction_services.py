"""Writes of corrections: keep one, relabel it, delete some."""

from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from inference import prediction
from inference.correction_selectors import get_correction
from inference.drawing import Drawing
from inference.errors import ArtifactError, CorrectionLimitError, InkError, VersionNotFoundError
from inference.models import CHAMPION, Correction
from inference.network_cache import LoadedVersion
from inference.preprocessing import PREPROCESSING_ID
from nnlib.samples import as_bytes

MAX_CORRECTIONS: Final = 10_000
MAX_POINTS: Final = 5_000
"""A person's digit has some hundred; what is kept for good may not be a book."""


def add_correction(ink: Drawing, label: int, *, version: int | str | None = None, author: str = "") -> Correction:
    """Keep a drawing with the digit that it is, and what a version takes it for.

    Args:
        ink: one drawing, image or row of pixels.
        label: 0 to 9.
        version: number or alias of who reads it; None: the champion, where there is one that can be used.
        author: who says so, at most 150 characters.

    Raises:
        InkError: the ink cannot be read, is more than one drawing, or there is none.
        VersionNotFoundError, ArtifactError: the version that is named is not there or cannot be used.
        CorrectionLimitError: there are `MAX_CORRECTIONS` already.
    """
    points = sum(map(len, ink.strokes or []))
    if points > MAX_POINTS:
        raise InkError(f"expected at most {MAX_POINTS:,} points in a correction, got {points:,}")
    if ink.has_rows:
        raise InkError("expected one drawing, got rows of pixels")
    reader, x = _reader(version), ink.seen()
    with transaction.atomic():
        if Correction.objects.count() >= MAX_CORRECTIONS:
            raise CorrectionLimitError(
                f"there are {MAX_CORRECTIONS:,} corrections, which is the most: delete some first"
            )
        return Correction.objects.create(
            label=label,
            form=_form(ink),
            strokes=ink.strokes,
            brush=ink.brush,
            pixels=as_bytes(x).tobytes(),
            preprocessing=PREPROCESSING_ID,
            digit=int(reader.network.probabilities(x).argmax()) if reader else None,
            answered_by=reader.number if reader else None,
            author=author[:150],
        )


def relabel(correction_id: int, label: int) -> Correction:
    """Let a correction be another digit.

    Raises:
        CorrectionNotFoundError: there is none of that id.
    """
    with transaction.atomic():
        correction = get_correction(correction_id)
        correction.label = label
        correction.save(update_fields=["label", "changed_at"])
    return correction


def relabel_many(labels: dict[int, int]) -> int:
    """Give corrections, by their ids, these labels; answers how many have another one now."""
    changed = 0
    with transaction.atomic():
        for label in set(labels.values()):
            ids = [correction_id for correction_id, wanted in labels.items() if wanted == label]
            others = Correction.objects.filter(~Q(label=label), pk__in=ids)
            changed += others.update(label=label, changed_at=timezone.now())
    return changed


def delete_corrections(ids: Collection[int]) -> int:
    """Delete the corrections of these ids; answers how many there were."""
    deleted, _ = Correction.objects.filter(pk__in=ids).delete()
    return deleted


def _reader(version: int | str | None) -> LoadedVersion | None:
    if version is not None:
        return prediction.NETWORKS.get(version)
    try:
        return prediction.NETWORKS.get(CHAMPION)
    except (VersionNotFoundError, ArtifactError):
        return None


def _form(ink: Drawing) -> Correction.Form:
    if ink.strokes is not None:
        return Correction.Form.STROKES
    return Correction.Form.IMAGE if ink.image is not None else Correction.Form.PIXELS
