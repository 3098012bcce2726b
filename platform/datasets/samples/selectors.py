"""Reads of corrections; nothing here writes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from datasets.errors import CorrectionNotFoundError
from datasets.models import Sample
from nnlib.shape import PIXELS
from weblib.paging import MAX_PAGE, Order, Page, page_of

_NEWEST_FIRST: Final = Order("id", kind=int)


def corrections_page(*, label: int | None = None, cursor: int | None = None, limit: int = 50) -> Page[Sample]:
    """One page of the corrections below id `cursor`, newest first, of one digit or all; their strokes are not read."""
    corrections = Sample.objects.defer("strokes")
    if label is not None:
        corrections = corrections.filter(label=label)
    after = None if cursor is None else str(max(1, cursor))
    return page_of(corrections, order=_NEWEST_FIRST, key="id", cursor=after, limit=limit)


def get_correction(correction_id: int) -> Sample:
    """The correction of that id.

    Raises:
        CorrectionNotFoundError: there is none.
    """
    try:
        return Sample.objects.get(pk=correction_id)
    except (Sample.DoesNotExist, OverflowError):
        raise CorrectionNotFoundError(f"there is no correction {correction_id}") from None


def corrections_of(ids: Sequence[int]) -> list[Sample]:
    """The corrections of these ids that are there, newest first, at most `MAX_PAGE`; their strokes are not read."""
    return list(Sample.objects.defer("strokes").filter(pk__in=ids[:MAX_PAGE]).order_by("-id"))


def count() -> int:
    """How many corrections there are."""
    return Sample.objects.count()


def count_by_label() -> list[int]:
    """How many corrections there are of each digit, 0 first."""
    found = dict(Sample.objects.order_by().values_list("label").annotate(Count("id")))
    return [found.get(digit, 0) for digit in range(10)]


@dataclass(frozen=True, slots=True)
class LabelledSamples:
    """Corrections, oldest first: images `x` `(n, 784)` and labels `y` `(n,)`, both uint8; when each was created."""

    x: NDArray[np.uint8]
    y: NDArray[np.uint8]
    ids: list[int]
    created: list[datetime]


def labelled_samples(*, newest: int | None = None) -> LabelledSamples:
    """All corrections or the newest ones."""
    columns = ("pixels", "label", "id", "created_at")
    rows = list(Sample.objects.order_by("-id").values_list(*columns)[:newest])[::-1]
    images = np.frombuffer(b"".join(bytes(row[0]) for row in rows), np.uint8).reshape(-1, PIXELS)
    labels = np.array([row[1] for row in rows], np.uint8)
    return LabelledSamples(images, labels, [row[2] for row in rows], [row[3] for row in rows])


def labelled_pixels(*, newest: int | None = None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images `(n, 784)` and labels `(n,)`, both uint8, of all corrections or the newest ones; oldest first."""
    samples = labelled_samples(newest=newest)
    return samples.x, samples.y


def state() -> tuple[Any, ...]:
    """A value that is another one after any correction was added, relabelled or deleted."""
    return tuple(Sample.objects.aggregate(Count("id"), Max("id"), Max("changed_at")).values())


def correction_json(correction: Sample) -> dict[str, Any]:
    """The correction as the API sends it; `seen` is what networks see of it, as `POST predict` answers it."""
    return {**_facts_json(correction), "strokes": correction.strokes}


def corrections_text(corrections: Sequence[Sample]) -> str:
    """Several corrections as the API lists them, in JSON: strokes go from the database to the answer unread."""
    found = Sample.objects.filter(pk__in=[one.pk for one in corrections])
    strokes = dict(found.annotate(text=Cast("strokes", TextField())).values_list("pk", "text"))
    facts = ((one.pk, json.dumps(_facts_json(one))) for one in corrections)
    items = (f'{text[:-1]}, "strokes": {strokes.get(pk) or "null"}}}' for pk, text in facts)
    return f"[{', '.join(items)}]"


def _facts_json(correction: Sample) -> dict[str, Any]:
    """All but the strokes."""
    return {
        "id": correction.pk,
        "label": correction.label,
        "digit": correction.digit,
        "version": correction.answered_by,
        "form": correction.form,
        "brush": correction.brush,
        "seen": list(bytes(correction.pixels)),
        "preprocessing": correction.preprocessing,
        "author": correction.author,
        "created": correction.created_at.isoformat(),
    }
