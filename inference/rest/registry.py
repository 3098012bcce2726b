"""The HTTP API of aliases with their history, and of the trash."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from inference.models import ALIAS_NAME_LENGTH, ALIAS_NAME_PATTERN, Alias, AliasMove
from inference.registry import alias_selectors, alias_services, selectors, trash_selectors, trash_services
from inference.rest.versions import VersionOut
from weblib.actor import actor
from weblib.error_answers import errors
from weblib.paging import MAX_PAGE
from weblib.whole_numbers import refuse_boolean

router = Router(tags=["aliases"])
# Checked by `Alias` itself.
AliasName = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": ALIAS_NAME_PATTERN, "maxLength": ALIAS_NAME_LENGTH})
]


class AliasTarget(BaseModel):
    """Where an alias should point."""

    version: Annotated[int, Field(ge=1), BeforeValidator(refuse_boolean)]


class AliasOut(BaseModel):
    """An alias and the version it means."""

    name: str
    version: int


class AliasLine(AliasOut):
    """An alias with who moved it last, and when (ISO 8601)."""

    moved: str
    moved_by: str


class AliasList(BaseModel):
    """Every alias."""

    items: list[AliasLine]
    next: str | None


class Move(BaseModel):
    """A line of an alias's history; `from` is null when it was made, `to` when it was deleted."""

    alias: str
    from_: int | None = Field(alias="from")
    to: int | None
    by: str
    at: str
    is_roll_back: bool


class MoveList(BaseModel):
    """One page of history, newest first."""

    items: list[Move]
    next: str | None


class TrashedOut(BaseModel):
    """A version in the trash."""

    number: int
    title: str
    size_bytes: int
    trashed: str
    trashed_by: str


class TrashList(BaseModel):
    """What is in the trash, last thrown away first."""

    items: list[TrashedOut]
    next: str | None


class EmptiedOut(BaseModel):
    """What became of the trash: numbers that are gone, bytes freed, and why others stayed."""

    numbers: list[int]
    freed_bytes: int
    kept: list[str]


@router.get("aliases", response={200: AliasList, **errors()}, summary="List aliases", operation_id="listAliases")
def list_aliases(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 -- Ninja's signature
    """Every alias, the champion first."""
    items = [
        {**_alias_json(alias), "moved": _iso(alias.moved_at), "moved_by": alias.moved_by}
        for alias in alias_selectors.aliases()
    ]
    return {"items": items, "next": None}


@router.put(
    "aliases/{name}", response={200: AliasOut, **errors(404, 422)}, summary="Move an alias", operation_id="moveAlias"
)
def move_alias(request: HttpRequest, name: AliasName, payload: AliasTarget) -> dict[str, Any]:
    """Point an alias at another version; `champion` is what the canvas uses."""
    return _alias_json(alias_services.move_alias(name, payload.version, by=actor(request)))


@router.post(
    "aliases/{name}/rollback",
    response={200: AliasOut, **errors(404, 409)},
    summary="Take the last move of an alias back",
    operation_id="rollBackAlias",
)
def roll_back_alias(request: HttpRequest, name: AliasName) -> dict[str, Any]:
    """Roll the last move of an alias back; called again, the move before that."""
    return _alias_json(alias_services.roll_back_alias(name, by=actor(request)))


@router.delete(
    "aliases/{name}", response={204: None, **errors(404, 409)}, summary="Delete an alias", operation_id="deleteAlias"
)
def delete_alias(request: HttpRequest, name: AliasName) -> Status[None]:
    """Let a name mean nothing; its history stays. The champion cannot be deleted."""
    alias_services.delete_alias(name, by=actor(request))
    return Status(204, None)


@router.get(
    "aliases/{name}/history",
    response={200: MoveList, **errors(400, 422)},
    by_alias=True,
    summary="Show an alias's history",
    operation_id="listAliasHistory",
)
def alias_history(
    request: HttpRequest,  # noqa: ARG001
    name: str,
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[int, Field(ge=1, lt=1 << 62)] | None = None,
) -> dict[str, Any]:
    """Who moved it when, from where to where; a deleted alias keeps its history."""
    page = alias_selectors.alias_moves(name, cursor=None if cursor is None else str(cursor), limit=limit)
    return {"items": [_move_json(move) for move in page.rows], "next": page.next_cursor}


@router.get(
    "versions/trash",
    response={200: TrashList, **errors()},
    tags=["versions"],
    summary="List the trash",
    operation_id="listTrash",
)
def list_trash(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """What can be restored."""
    items = [
        {
            "number": version.number,
            "title": version.title,
            "size_bytes": version.size_bytes,
            "trashed": _iso(version.trashed_at),
            "trashed_by": version.trashed_by,
        }
        for version in trash_selectors.trashed_versions()
    ]
    return {"items": items, "next": None}


@router.delete(
    "versions/trash",
    response={200: EmptiedOut, **errors()},
    tags=["versions"],
    summary="Empty the trash",
    operation_id="emptyTrash",
)
def empty_trash(request: HttpRequest) -> Any:  # noqa: ARG001
    """Delete for good whatever is in the trash, and free the disk."""
    return asdict(trash_services.empty_trash())


@router.post(
    "versions/{int:number}/restore",
    response={200: VersionOut, **errors(404)},
    tags=["versions"],
    summary="Restore a version from the trash",
    operation_id="restoreVersion",
)
def restore(request: HttpRequest, number: int) -> Any:  # noqa: ARG001
    """Take a version out of the trash, as it was."""
    return selectors.version_json(trash_services.restore_version(number))


def _alias_json(alias: Alias) -> dict[str, Any]:
    return {"name": alias.name, "version": alias.version.number}


def _move_json(move: AliasMove) -> dict[str, Any]:
    return {
        "alias": move.alias,
        "from": move.from_number,
        "to": move.to_number,
        "by": move.by,
        "at": _iso(move.at),
        "is_roll_back": move.undoes_id is not None,
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
