"""Text that people give: names in one line, notes in many; both fit into every database."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

NAME_LENGTH: Final = 100
NOTES_LENGTH: Final = 10_000


def _in_one_line(name: str) -> str:
    if not name.isprintable():
        raise PydanticCustomError("name", "must not hold control characters")
    return name.strip()


def _without_zeros(notes: str) -> str:
    if "\x00" in notes:  # which PostgreSQL does not keep
        raise PydanticCustomError("notes", "must not hold control characters other than line breaks")
    return notes


Name = Annotated[str, Field(max_length=NAME_LENGTH), AfterValidator(_in_one_line)]
NotesText = Annotated[str, Field(max_length=NOTES_LENGTH), AfterValidator(_without_zeros)]
