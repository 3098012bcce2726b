"""The HTTP API of the comparison."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router
from pydantic import Field

from inference.registry.selectors import get_versions, versions_json
from training.comparison import side_by_side
from training.runs import selectors
from weblib.error_answers import errors
from weblib.whole_numbers import NumberList, numbers_in

router = Router(tags=["versions"])


@router.get(
    "versions/compare",
    response={200: None, **errors(400, 404, 409, 422)},
    summary="Compare versions and runs",
    operation_id="compareVersions",
)
def compare(
    request: HttpRequest,  # noqa: ARG001
    *,
    numbers: NumberList = "",
    runs: NumberList = "",
    a: Annotated[int, Field(ge=1)] | None = None,
    b: Annotated[int, Field(ge=1)] | None = None,
    timing: bool = False,
) -> HttpResponse:
    """Two to 24 versions and runs side by side; of the versions `a` and `b` every test image that flipped."""
    found = side_by_side.compare(numbers_in(numbers), numbers_in(runs), is_timed=timing)
    versions = get_versions([one.number for one in found.compared if one.kind == "version"])
    pair = found.pair_of(a, b)
    items = {
        "items": versions_json(versions),
        "runs": [
            {"run": selectors.run_json(selectors.get_run(one.number)), "epochs": list(one.history)}
            for one in found.compared
            if one.kind == "run"
        ],
    }
    # Not through Ninja's validation: it would walk every epoch of every history.
    return JsonResponse({**items, **side_by_side.as_json(found, pair)})
