"""Writes of corrections: keep one, relabel it, delete some."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from datasets.errors import CorrectionLimitError, InkError
from datasets.ink.drawing import Drawing
from datasets.ink.preprocessing import PREPROCESSING_ID
from datasets.models import Sample
from datasets.samples.selectors import get_correction
from nnlib.data.samples import as_bytes

MAX_CORRECTIONS: Final = 10_000
MAX_POINTS: Final = 5_000
"""A person's digit has some hundred; what is kept for good may not be a book."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a version answered to a drawing."""

    version: int
    digit: int


def check_drawing(ink: Drawing) -> None:
    """Raise unless `ink` is one drawing of a size that is kept.

    Raises:
        InkError: it is more than one drawing, or has more than `MAX_POINTS` points.
    """
    points = sum(map(len, ink.strokes or []))
    if points > MAX_POINTS:
        raise InkError(f"expected at most {MAX_POINTS:,} points in a correction, got {points:,}")
    if ink.has_rows:
        raise InkError("expected one drawing, got rows of pixels")


def add_sample(
    ink: Drawing, pixels: NDArray[np.float32], label: int, *, answer: Answer | None = None, author: str = ""
) -> Sample:
    """Store a drawing with its label in the data set `corrections`.

    Args:
        ink: one drawing, image or row of pixels.
        pixels: `(1, 784)` in [0, 1]: what networks see of it.
        label: 0 to 9.
        answer: what a version answered to it.
        author: who gave the label, at most 150 characters.

    Raises:
        InkError: as `check_drawing`.
        CorrectionLimitError: there are `MAX_CORRECTIONS` already.
    """
    check_drawing(ink)
    with transaction.atomic():
        if Sample.objects.count() >= MAX_CORRECTIONS:
            raise CorrectionLimitError(
                f"expected at most {MAX_CORRECTIONS:,} corrections, which are stored already: delete some first"
            )
        return Sample.objects.create(
            label=label,
            form=_form(ink),
            strokes=ink.strokes,
            brush=ink.brush,
            pixels=as_bytes(pixels).tobytes(),
            preprocessing=PREPROCESSING_ID,
            digit=None if answer is None else answer.digit,
            answered_by=None if answer is None else answer.version,
            author=author[:150],
        )


def relabel(correction_id: int, label: int) -> Sample:
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
            others = Sample.objects.filter(~Q(label=label), pk__in=ids)
            changed += others.update(label=label, changed_at=timezone.now())
    return changed


def delete_corrections(ids: Collection[int]) -> int:
    """Delete the corrections of these ids; answers how many there were."""
    deleted, _ = Sample.objects.filter(pk__in=ids).delete()
    return deleted


def _form(ink: Drawing) -> Sample.Form:
    if ink.strokes is not None:
        return Sample.Form.STROKES
    return Sample.Form.IMAGE if ink.image is not None else Sample.Form.PIXELS
