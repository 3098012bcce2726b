"""The HTTP API of corrections."""

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from datasets.ink.drawing import Drawing, Point
from datasets.samples import selectors, services
from inference.reports.correction_score import CORRECTION_SCORES
from inference.serving.corrections import add_correction
from inference.serving.prediction import VersionName
from weblib.actor import actor
from weblib.error_answers import errors
from weblib.paging import MAX_PAGE
from weblib.whole_numbers import number_list_schema, numbers_in, refuse_boolean

router = Router(tags=["corrections"])

Digit = Annotated[int, Field(ge=0, le=9), BeforeValidator(refuse_boolean)]


VersionNumbers = Annotated[str, WithJsonSchema(number_list_schema(MAX_PAGE))]


class CorrectionRequest(Drawing):
    """A drawing in one of three forms, and the digit that it is."""

    label: Digit = Field(description="The digit that it is")
    version: VersionName | None = Field(None, description="Who took it for what; the champion unless given")


class Label(BaseModel):
    """The digit that a correction is."""

    model_config = ConfigDict(extra="forbid")

    label: Digit


class CorrectionOut(BaseModel):
    """A correction: `digit` is what `version` took it for, both null where nobody could be asked."""

    id: int
    label: int
    digit: int | None
    version: int | None
    form: str
    strokes: list[list[Point]] | None
    brush: float | None
    seen: list[int]
    preprocessing: str
    author: str
    created: str


class CorrectionList(BaseModel):
    """One page of corrections; `next` is the cursor of the next page, null on the last."""

    items: list[CorrectionOut]
    next: str | None


class ScoreOut(BaseModel):
    """How many of the newest corrections a version reads right; `accuracy` is null where it learned from all."""

    version: int
    right: int = Field(description="Of those that neither the version nor an ancestor of it learned from")
    count: int
    accuracy: float | None
    learned_right: int = Field(description="Of those that it learned from")
    learned_count: int


@router.post(
    "corrections",
    response={201: CorrectionOut, **errors(404, 409, 422)},
    summary="Say which digit a drawing is",
    operation_id="createCorrection",
)
def teach(request: HttpRequest, payload: CorrectionRequest) -> Status[Any]:
    """Keep a drawing with its digit: to measure versions by, and to fine-tune them on."""
    correction = add_correction(payload, payload.label, version=payload.version, author=actor(request))
    return Status(201, selectors.correction_json(correction))


@router.get(
    "corrections",
    response={200: CorrectionList, **errors(400, 422)},
    summary="List corrections, newest first",
    operation_id="listCorrections",
)
def list_corrections(
    request: HttpRequest,  # noqa: ARG001 -- Ninja's signature
    label: Digit | None = None,
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[int, Field(ge=1)] | None = None,
) -> HttpResponse:
    """One page of corrections, of one digit or all."""
    page = selectors.corrections_page(label=label, cursor=cursor, limit=limit)
    following = json.dumps(page.next_cursor)
    # Not through Ninja's validation: it would walk every point of two hundred drawings.
    body = f'{{"items": {selectors.corrections_text(page.rows)}, "next": {following}}}'
    return HttpResponse(body, content_type="application/json")


@router.get(
    "corrections/accuracy",
    response={200: list[ScoreOut], **errors(400, 404, 409, 422)},
    summary="How versions read the corrections",
    operation_id="getCorrectionAccuracy",
)
def accuracy(request: HttpRequest, versions: VersionNumbers) -> list[dict[str, Any]]:  # noqa: ARG001
    """The share of the newest corrections that each version of `versions=3,5` reads right; [] without corrections.

    Those that a version learned from are counted apart: they say little about other drawings.
    """
    scores = CORRECTION_SCORES.scores(numbers_in(versions, most=MAX_PAGE))
    return [
        {
            "version": number,
            "right": score.right,
            "count": score.count,
            "accuracy": score.accuracy,
            "learned_right": score.learned_right,
            "learned_count": score.learned_count,
        }
        for number, score in scores.items()
    ]


@router.get(
    "corrections/{int:correction_id}",
    response={200: CorrectionOut, **errors(404)},
    summary="Show a correction",
    operation_id="getCorrection",
)
def show(request: HttpRequest, correction_id: int) -> Any:  # noqa: ARG001
    """The correction as it stands."""
    return selectors.correction_json(selectors.get_correction(correction_id))


@router.patch(
    "corrections/{int:correction_id}",
    response={200: CorrectionOut, **errors(404, 422)},
    summary="Relabel a correction",
    operation_id="updateCorrection",
)
def relabel(request: HttpRequest, correction_id: int, payload: Label) -> Any:  # noqa: ARG001
    """Only the label may change."""
    return selectors.correction_json(services.relabel(correction_id, payload.label))


@router.delete(
    "corrections/{int:correction_id}",
    response={204: None, **errors(404)},
    summary="Delete a correction",
    operation_id="deleteCorrection",
)
def delete(request: HttpRequest, correction_id: int) -> Status[None]:  # noqa: ARG001
    """Forget a correction."""
    selectors.get_correction(correction_id)
    services.delete_corrections([correction_id])
    return Status(204, None)
