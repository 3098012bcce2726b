"""Reads of aliases and their history; nothing here writes."""

from typing import Final

from inference.models import CHAMPION, Alias, AliasMove
from weblib.paging import Order, Page, page_of

_NEWEST_FIRST: Final = Order("id", kind=int)


def aliases() -> list[Alias]:
    """Every alias with its version, the champion first, then by name."""
    return sorted(Alias.objects.select_related("version"), key=lambda alias: alias.name != CHAMPION)


def alias_moves(name: str | None = None, *, cursor: str | None = None, limit: int = 50) -> Page[AliasMove]:
    """One page of the history of one alias or all, newest first.

    Raises:
        CursorError: no page returned `cursor`.
    """
    moves = AliasMove.objects.all()
    if name is not None:
        moves = moves.filter(alias=name if name.isprintable() else "")
    return page_of(moves, order=_NEWEST_FIRST, key="id", cursor=cursor, limit=limit)


def move_to_take_back(name: str) -> AliasMove | None:
    """The last move of an alias that was neither taken back nor takes one back; None where there is none."""
    moves = AliasMove.objects.filter(alias=name if name.isprintable() else "", undoes=None, undone_by=None)
    return moves.order_by("-id").first()
