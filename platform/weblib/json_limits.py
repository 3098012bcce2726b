"""How much a JSON document may make its reader do: parsing takes a microsecond or more for each list and object."""

from typing import Final

from weblib.errors import VALIDATION_CODE, LabError

MAX_LISTS: Final = 200_000


class DocumentTooLargeError(LabError, ValueError):
    """A JSON document has more lists and objects than a request may have."""

    code = VALIDATION_CODE
    status = 422


def excess_of_lists(data: bytes) -> str:
    """Why a document is refused unparsed; empty for one with at most `MAX_LISTS` lists and objects."""
    lists = data.count(b"[") + data.count(b"{")
    return f"expected at most {MAX_LISTS:,} points, lists and objects; got {lists:,}" if lists > MAX_LISTS else ""
