"""Whole numbers as people and addresses write them: ids, and the numbers of versions."""

from collections.abc import Iterable
from itertools import chain
from typing import Final

from weblib.errors import NumberListError

# Nine digits fit the integers of every database; no list here is longer.
MOST_DIGITS: Final = 9


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
