"""Reads of aliases and their history; nothing here writes."""

from inference.models import CHAMPION, Alias, AliasMove
from weblib.paging import MAX_PAGE


def aliases() -> list[Alias]:
    """Every alias with its version, the champion first, then by name."""
    return sorted(Alias.objects.select_related("version"), key=lambda alias: alias.name != CHAMPION)


def alias_moves(name: str | None = None, *, cursor: int | None = None, limit: int = 50) -> list[AliasMove]:
    """The history of one alias or all, newest first, older than the move `cursor`."""
    moves = AliasMove.objects.order_by("-id")
    if name is not None:
        moves = moves.filter(alias=name if name.isprintable() else "")
    if cursor is not None:
        moves = moves.filter(id__lt=cursor)
    return list(moves[: max(1, min(limit, MAX_PAGE))])


def move_to_take_back(name: str) -> AliasMove | None:
    """The last move of an alias that was neither taken back nor takes one back; None where there is none."""
    moves = AliasMove.objects.filter(alias=name if name.isprintable() else "", undoes=None, undone_by=None)
    return moves.order_by("-id").first()
