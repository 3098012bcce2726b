"""Whole numbers as people and addresses write them: ids, and the numbers of versions."""

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any, Final

from pydantic import Field
from pydantic_core import PydanticKnownError

from weblib.errors import NumberListError
from weblib.plain_text import Name

# Nine digits fit the integers of every database; no list here is longer.
MOST_DIGITS: Final = 9
_NUMBER: Final = f"[0-9]{{1,{MOST_DIGITS}}}"
NumberList = Annotated[
    Name,
    Field(
        json_schema_extra={"pattern": f"^ *(({_NUMBER} *)?, *)*({_NUMBER} *)?$"},
        description="Numbers separated by commas, such as 3,5",
    ),
]


def number_list_schema(most: int) -> dict[str, str]:
    """The JSON schema of a list of at least one and at most `most` numbers, which `numbers_in` reads."""
    return {"type": "string", "pattern": f"^ *{_NUMBER} *(, *{_NUMBER} *){{0,{most - 1}}}$"}


def refuse_boolean(value: Any) -> Any:
    """`value` unless it is true or false, which Pydantic would read as 1 or 0; for a validator that comes first."""
    if isinstance(value, bool):
        raise PydanticKnownError("int_type")
    return value


def whole_number(text: str) -> int | None:
    """The number in `"42"`, not negative; None for anything else, and where it is longer than `MOST_DIGITS`."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def numbers_in(text: str, *, most: int | None = None) -> list[int]:
    """The numbers in `"3,5"`, each once.

    Args:
        text: may be empty, unless `most` is given.
        most: at least one and at most that many are expected.

    Raises:
        NumberListError: something in it is no number, or there are too many or none.
    """
    words = _words(text)
    found = [whole_number(word) for word in words]
    if None in found or (most is not None and not 0 < len(found) <= most):
        expected = "numbers" if most is None else f"up to {most} numbers"
        raise NumberListError(f"expected {expected} separated by commas, such as 3,5; got {text[:60]!r}")
    return list(dict.fromkeys(number for number in found if number is not None))


def numbers_said(texts: Iterable[str]) -> list[int]:
    """The numbers in `numbers=3,5` or `numbers=3&numbers=5`, each once; what is no number counts as not said."""
    found = map(whole_number, chain.from_iterable(map(_words, texts)))
    return list(dict.fromkeys(number for number in found if number is not None))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
