"""Who else needs a version: other applications say so when they start, for this one does not know them."""

from collections.abc import Callable

# What needs the version of that number, as in "run 12 starts from it"; "" when nothing does.
Hold = Callable[[int], str]
_holds: list[Hold] = []


def register(hold: Hold) -> None:
    """Ask `hold` from now on before a version goes."""
    if hold not in _holds:
        _holds.append(hold)


def needed_because(number: int) -> str:
    """Why a version must stay; "" when nothing needs it."""
    return next(filter(None, (hold(number) for hold in _holds)), "")
