"""The HTTP API of versions and predictions."""

import json
from typing import Annotated, Any, Literal, get_args

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import File, Form, Query, Router, Status, UploadedFile
from pydantic import BaseModel, Field, WithJsonSchema

from inference.errors import ArtifactError, ImagesMissingError
from inference.model_files.import_options import ImportOptions
from inference.model_files.input_scale import AS_IT_IS, InputScale
from inference.model_files.pickle.plain_pickle import MAX_BYTES
from inference.registry import exports, rescaling_services, selectors, services, trash_services
from inference.registry.findings import FindingJson
from inference.registry.selectors import VersionSort
from inference.reports.curve_table import CSV_ANSWER, curve_csv
from inference.reports.mistakes import images_of_evaluation, mistakes
from inference.serving.confidence import Verdict
from inference.serving.prediction import PredictRequest, encoded, predict
from nnlib.vocabulary import ActivationName, LossName, OutputName
from weblib.actor import actor
from weblib.description import Description
from weblib.error_answers import errors
from weblib.lists.filters import FilterQuery
from weblib.paging import MAX_PAGE, Cursor
from weblib.plain_text import Name
from weblib.rate_limits import count_one

router = Router(tags=["versions"])
Format = Literal["pickle", "npz", "safetensors", "onnx"]
CurveFormat = Literal["json", "csv"]


def _one_of(names: Any) -> WithJsonSchema:
    """The JSON schema of a field of a form that may be left out: a form cannot send null."""
    return WithJsonSchema({"type": "string", "enum": list(get_args(names))})


class SnapshotsOut(BaseModel):
    """The file with moments of a version's training: the epochs in it, 0 being before the first."""

    epochs: list[int]
    size_bytes: int
    sha256: str


class VersionOut(BaseModel):
    """A model version; shares lie in [0, 1], the time is ISO 8601."""

    number: int
    name: str
    title: str
    source: str
    architecture: dict[str, Any]
    config: dict[str, Any]
    metrics: dict[str, Any]
    history: list[dict[str, Any]]
    findings: list[FindingJson]
    dataset: str
    dataset_fingerprint: str
    preprocessing: str
    library_versions: dict[str, str]
    size_bytes: int
    sha256: str
    parameters: int
    snapshots: SnapshotsOut | None
    parent: int | None
    origin: dict[str, Any]
    aliases: list[str]
    tags: list[str]
    notes: str
    created: str


class VersionList(BaseModel):
    """One page of versions; `next` is the cursor of the next page, null on the last."""

    items: list[VersionOut]
    next: str | None


class Rescaling(BaseModel):
    """The range of pixels that an imported network was trained on."""

    input_scale: Literal["-1..1", "0..255", "mnist-standardized"]


class Result(BaseModel):
    """What one version reads: `digit` for one drawing, `digits` for rows of pixels."""

    version: int
    digit: int | None = None
    digits: list[int] | None = None
    probabilities: list[float] | list[list[float]]
    confidence: float | None = None
    verdict: Verdict | None = None
    candidates: list[int] | None = None
    temperature: float | None = None
    activations: list[list[float]] | None = None
    inside: dict[str, Any] | None = None


class PredictReply(BaseModel):
    """The prediction of each version, their input (784 numbers from 0 to 255), and whether it looks like a digit."""

    results: list[Result]
    seen: list[int] | None = None
    is_digit: bool | None = None
    digit_likelihood: float | None = None
    id: int | str | None = None


@router.get(
    "versions",
    response={200: VersionList, **errors(400, 422)},
    summary="List versions, newest first",
    operation_id="listVersions",
)
def list_versions(
    request: HttpRequest,  # noqa: ARG001 -- Ninja's signature
    *,
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50,
    cursor: Cursor = "",
    sort: VersionSort = "-number",
    source: Name = "",
    loss: LossName | Literal[""] = "",
    filters: Query[FilterQuery],
) -> HttpResponse:
    """One page of versions.

    Errors of different losses cannot be compared: give a `loss` with `sort=test_error`.
    """
    page = selectors.versions_page(
        source=source,
        loss=loss or None,
        sort=sort,
        cursor=cursor or None,
        limit=limit,
        is_whole=True,
        **filters.selection,
    )
    # Not through Ninja's validation: it would walk every epoch of two hundred histories.
    body = f'{{"items": {selectors.versions_text(page.rows)}, "next": {json.dumps(page.next_cursor)}}}'
    return HttpResponse(body, content_type="application/json")


@router.post(
    "versions/import",
    response={201: VersionOut, **errors(409, 422)},
    summary="Import a model file",
    operation_id="importVersion",
)
def import_version(
    request: HttpRequest,  # noqa: ARG001
    *,
    file: File[UploadedFile],
    name: Annotated[Name, Form("")],
    activation: Annotated[ActivationName | None, _one_of(ActivationName), Form(None)],
    output: Annotated[OutputName | None, _one_of(OutputName), Form(None)],
    input_scale: Annotated[InputScale, Form(AS_IT_IS)],
) -> Status[Any]:
    """Publish a pickle of plain arrays, an .npz, safetensors or ONNX file; nothing in it is run.

    `activation` (of the hidden layers) and `output` are needed where the file does not say them (code
    `artifact.facts_missing`). `input_scale` is the range of pixels that the network was trained on; it is folded into
    the first layer, as every version reads pixels in [0, 1].
    """
    if file.size is None or file.size > MAX_BYTES:
        raise ArtifactError(f"expected a file of at most {MAX_BYTES:,} bytes")
    options = ImportOptions(activation=activation, output=output, input_scale=input_scale)
    version = services.import_version(file.read(), name=name, options=options)
    return Status(201, selectors.version_json(version))


@router.post(
    "versions/{int:number}/rescale",
    response={201: VersionOut, **errors(404, 409, 422)},
    summary="Import a version anew for another scale of its inputs",
    operation_id="rescaleVersion",
)
def rescale(request: HttpRequest, number: int, payload: Rescaling) -> Status[Any]:  # noqa: ARG001
    """Publish the import as a version that answers to pixels in [0, 1] as this one does to pixels of that scale.

    `metrics.input_scale.offered` names the scale with which a measured import reads more. The new version's parent is
    this one; a scale that was imported before answers with that version.
    """
    return Status(201, selectors.version_json(rescaling_services.import_rescaled(number, payload.input_scale)))


@router.get(
    "versions/{int:number}",
    response={200: VersionOut, **errors(404)},
    summary="Show a version",
    operation_id="getVersion",
)
def show(request: HttpRequest, number: int) -> Any:  # noqa: ARG001
    """The version as it was published."""
    return JsonResponse(selectors.version_json(selectors.get_version(number)))


@router.get(
    "versions/{int:number}/epochs",
    response={200: list[dict[str, Any]], **errors(404, 422)},
    summary="Training history of a version",
    operation_id="listVersionEpochs",
    openapi_extra=CSV_ANSWER,
)
def epochs(request: HttpRequest, number: int, format: CurveFormat = "json") -> HttpResponse:  # noqa: A002, ARG001
    """Every epoch of its training, in order, [] for an import: a list in JSON, or a table with `format=csv`."""
    history = selectors.get_version(number).history
    if format == "csv":
        return curve_csv(history, name=f"digitlab-version-{number}-epochs")
    return JsonResponse(history, safe=False)


@router.patch(
    "versions/{int:number}",
    response={200: VersionOut, **errors(404, 422)},
    summary="Change a version's name, notes and tags",
    operation_id="updateVersion",
)
def change(request: HttpRequest, number: int, payload: Description) -> Any:  # noqa: ARG001
    """Only name, notes and tags may change."""
    services.describe_version(number, **payload.given)
    return selectors.version_json(selectors.get_version(number))


@router.delete(
    "versions/{int:number}",
    response={204: None, **errors(404, 409, 422)},
    summary="Delete a version",
    operation_id="deleteVersion",
)
def delete(request: HttpRequest, number: int, *, forever: bool = False) -> Status[None]:
    """Put a version that nothing needs into the trash; `?forever=true` deletes it for good, from there too."""
    if forever:
        trash_services.delete_forever(number)
    else:
        trash_services.trash_version(number, by=actor(request))
    return Status(204, None)


class MistakeOut(BaseModel):
    """A misread test image: its number in the test set, what it is, what was read and how surely, and its pixels."""

    image: int
    truth: int
    answer: int
    confidence: float
    pixels: list[int]


class MistakeList(BaseModel):
    """One page of misread images; `next` is the cursor of the next page, null on the last."""

    items: list[MistakeOut]
    next: str | None


@router.get(
    "versions/{int:number}/mistakes",
    response={200: MistakeList, **errors(404, 409, 422)},
    summary="List misread test images, the most confident first",
    operation_id="listMistakes",
)
def list_mistakes(
    request: HttpRequest,  # noqa: ARG001
    number: int,
    *,
    truth: Annotated[int | None, Field(ge=0, le=9)] = None,
    answer: Annotated[int | None, Field(ge=0, le=9)] = None,
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[int, Field(ge=0)] = 0,
) -> dict[str, Any]:
    """One page, of this truth and this answer where they are given; 409 where the test images are not at hand."""
    version = selectors.get_version(number)
    test_set = images_of_evaluation(version)
    if test_set is None:
        raise ImagesMissingError(number)
    found = mistakes(version, test_set, truth=truth, answer=answer)
    items = [
        {
            "image": one.image,
            "truth": one.truth,
            "answer": one.answer,
            "confidence": one.confidence,
            "pixels": one.pixels.tolist(),
        }
        for one in found[cursor : cursor + limit]
    ]
    return {"items": items, "next": str(cursor + limit) if cursor + limit < len(found) else None}


@router.get(
    "versions/{int:number}/artifact",
    response={200: None, **errors(404, 409, 422)},
    summary="Download a version's network",
    operation_id="downloadVersion",
)
def artifact(request: HttpRequest, number: int, format: Format = "pickle") -> HttpResponse:  # noqa: A002, ARG001
    """The network as a file: our own pickle, or what NumPy, safetensors or ONNX Runtime read."""
    version = selectors.get_version(number)
    response = HttpResponse(exports.exported(version, format), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="digitlab-version-{number}.{format}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.post(
    "predict",
    response={200: PredictReply, **errors(404, 409, 413, 422, 429)},
    tags=["prediction"],
    summary="Read a drawing, an image or pixels",
    operation_id="predict",
)
def predict_digit(request: HttpRequest, payload: PredictRequest) -> HttpResponse:
    """The prediction of each requested version."""
    count_one("predictions", request.user)
    return HttpResponse(encoded(predict(payload)), content_type="application/json")
