"""The learning curve of a run or version as a table for other programs."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from django.http import HttpResponse

from nnlib import EpochFinished

COLUMNS: Final = tuple(field.name for field in fields(EpochFinished))
# For `openapi_extra` of the calls that answer JSON or this.
CSV_ANSWER: Final[dict[str, Any]] = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


def curve_csv(epochs: Iterable[Mapping[str, Any]], *, name: str) -> HttpResponse:
    """A line per epoch below the names of the columns; an older version may lack some values.

    Args:
        epochs: in order; what is no column is left out.
        name: of the file, without its ending.
    """
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.DictWriter(response, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(epochs)
    return response
