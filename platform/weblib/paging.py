"""Keyset pagination of a sorted list: the cursor is the last row of a page, so that page 400 costs what page 1 does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from pydantic import Field

from weblib.errors import CursorError
from weblib.plain_text import Name

Row = TypeVar("Row", bound=Model)
MAX_PAGE: Final = 200
_SEPARATOR: Final = "~"
# A row's number, after its value where the list is sorted by one; which value it is depends on the order.
Cursor = Annotated[
    Name,
    Field(
        json_schema_extra={"pattern": f"^(([a-z0-9.+-]*{_SEPARATOR})?0{{0,39}}[1-9][0-9]*)?$"},
        description="`next` of the page before; empty for the first page",
    ),
]


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by; rows of equal value follow newest first, rows without a value come last."""

    column: str
    is_descending: bool = True
    kind: type[int] | type[float] | type[str] = float


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list; `next_cursor` is None on the last page."""

    rows: Sequence[Row]
    next_cursor: str | None


def page_of(rows: QuerySet[Row], *, order: Order, key: str, cursor: str | None, limit: int) -> Page[Row]:
    """The rows after `cursor`, at most `limit` and at most `MAX_PAGE`.

    Args:
        rows: filtered, in any order.
        order: by which column.
        key: the unique column that orders rows of equal value, the newest having the largest.
        cursor: what the page before gave; None for the first page.
        limit: how many.

    Raises:
        CursorError: no page of this order gave that cursor.
    """
    limit = max(1, min(limit, MAX_PAGE))
    if order.column == key:
        found = list(_after_key(rows, order, key, cursor)[: limit + 1])
    else:
        found = _after_value(rows, order, key, cursor, limit + 1)
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], _cursor(found[limit - 1], order, key))


def _after_key(rows: QuerySet[Row], order: Order, key: str, cursor: str | None) -> QuerySet[Row]:
    if cursor is not None:
        rows = rows.filter(**{f"{key}__{'lt' if order.is_descending else 'gt'}": _key(cursor)})
    return rows.order_by(f"-{key}" if order.is_descending else key)


def _after_value(rows: QuerySet[Row], order: Order, key: str, cursor: str | None, count: int) -> list[Row]:
    """First the rows with a value, then those without: two questions that an index answers each."""
    column = order.column
    known = rows.filter(**{f"{column}__isnull": False})
    unknown = rows.filter(**{f"{column}__isnull": True}).order_by(f"-{key}")
    found: list[Row] = []
    value, last = (None, None) if cursor is None else _parsed(cursor, order)
    if value is not None:
        reach, beyond = ("lte", "lt") if order.is_descending else ("gte", "gt")
        # The first condition is implied by the second; it is the one that an index understands.
        known = known.filter(**{f"{column}__{reach}": value})
        known = known.filter(Q(**{f"{column}__{beyond}": value}) | Q(**{f"{key}__lt": last}))
    if cursor is None or value is not None:
        by_value = F(column).desc() if order.is_descending else F(column).asc()
        found = list(known.order_by(by_value, f"-{key}")[:count])
    elif last is not None:
        unknown = unknown.filter(**{f"{key}__lt": last})
    if len(found) < count:
        found += unknown[: count - len(found)]
    return found


def _cursor(row: Model, order: Order, key: str) -> str:
    if order.column == key:
        return str(getattr(row, key))
    value = getattr(row, order.column)
    return f"{'' if value is None else value}{_SEPARATOR}{getattr(row, key)}"


def _parsed(cursor: str, order: Order) -> tuple[Any, int]:
    text, separator, key = cursor.rpartition(_SEPARATOR)
    if not separator:
        raise CursorError(f"expected a cursor that a page of this order gave; got {cursor[:60]!r}")
    if not text:
        return None, _key(key)
    try:
        value = order.kind(text)
    except ValueError:
        raise CursorError(f"expected a cursor that a page of this order gave; got {cursor[:60]!r}") from None
    if (isinstance(value, float) and not math.isfinite(value)) or not text.isprintable():
        raise CursorError(f"expected a cursor that a page of this order gave; got {cursor[:60]!r}")
    return value, _key(key)


def _key(text: str) -> int:
    """The last row's number; one beyond every database's integers means the same as the largest."""
    if not (text.isascii() and text.isdigit() and int(text[:40]) > 0):
        raise CursorError(f"expected a cursor that a page of this list gave; got {text[:60]!r}")
    return min(int(text[:40]), 2**63 - 1)
