"""The HTTP API of storage: what takes room, by kind and by run, and what may go."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from storage.usage import runs_page, usage
from weblib.error_answers import errors
from weblib.paging import MAX_PAGE

router = Router(tags=["storage"])


class KindOut(BaseModel):
    """A kind of data; `in_database` where its bytes are part of the database's."""

    key: str
    title: str
    count: int
    size_bytes: int
    in_database: bool


class CandidateOut(BaseModel):
    """What may go; `refusal` says why only the command line removes it, "" if the scheduler does."""

    key: str
    title: str
    count: int
    size_bytes: int
    refusal: str


class RunBytes(BaseModel):
    """The bytes that a run takes: its checkpoint, its snapshots and the files of its versions."""

    run: int
    size_bytes: int


class StorageOut(BaseModel):
    """What takes room, at most a minute old; `items` are runs, largest first."""

    total_bytes: int
    kinds: list[KindOut]
    can_go: list[CandidateOut]
    items: list[RunBytes]
    next: str | None


@router.get("storage", response={200: StorageOut, **errors(400, 422)}, operation_id="getStorage")
def storage(
    request: HttpRequest,  # noqa: ARG001 -- Ninja's signature
    cursor: Annotated[str, Field(json_schema_extra={"pattern": "^[0-9]{1,9}$"})] | None = None,
    limit: Annotated[int, Query(), Field(ge=1, le=MAX_PAGE)] = 50,
) -> StorageOut:
    """What takes room, by kind and by run, and what may go by the settings."""
    found = usage()
    page = runs_page(found, cursor=cursor, limit=limit)
    return StorageOut(
        total_bytes=found.total_bytes,
        kinds=[
            KindOut(
                key=kind.key,
                title=kind.title,
                count=kind.amount.count,
                size_bytes=kind.amount.size_bytes,
                in_database=kind.is_in_database,
            )
            for kind in found.kinds
        ],
        can_go=[
            CandidateOut(
                key=one.rule.key,
                title=one.rule.title,
                count=one.amount.count,
                size_bytes=one.amount.size_bytes,
                refusal=one.refusal,
            )
            for one in found.candidates
        ],
        items=[RunBytes(run=run, size_bytes=size) for run, size in page.rows],
        next=page.next_cursor,
    )
