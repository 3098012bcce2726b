"""The HTTP API of data sets."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from datasets.catalogue import availability
from weblib.error_answers import errors

router = Router(tags=["data sets"])


class DatasetOut(BaseModel):
    """A data set and whether it is at hand."""

    key: str
    title: str
    train_count: int
    test_count: int
    state: Literal["ready", "on_first_use", "unavailable"]
    note: str
    tested_on: str


class DatasetList(BaseModel):
    """Every data set; there is no other page."""

    items: list[DatasetOut]
    next: None


@router.get(
    "datasets", response={200: DatasetList, **errors()}, summary="What can be trained on", operation_id="listDatasets"
)
def list_datasets(request: HttpRequest) -> Any:  # noqa: ARG001
    """Every data set and whether it is at hand; nothing is fetched."""
    return {"items": [status.as_json() for status in availability()], "next": None}
