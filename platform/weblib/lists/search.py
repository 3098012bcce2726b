"""Search in a list: a column with the values of a configuration, and the condition that some words make of it."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import CharField, Expression, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Replace

from weblib.whole_numbers import whole_number

# A number, or the sizes of layers as "300-100": these match as a whole, so that 250 does not find 2500.
_NUMBERS: Final = re.compile(r"[0-9][0-9.-]*")
_CONFIGURED: Final = (
    "activation",
    "loss",
    "initializer",
    "optimizer",
    "learning_rate",
    "schedule",
    "batch_size",
    "epochs",
    "augmentation",
    "engine",
)


def json_text(key: str, column: str) -> Expression:
    """The value of a JSON column's key as text; NULL where it has none."""
    return KeyTextTransform(key, column)


def json_number(key: str, column: str) -> Expression:
    """The value of a JSON column's key as a number; NULL where it has none."""
    return Cast(KeyTextTransform(key, column), FloatField())


def layers_text(key: str, column: str, *, separator: str = "-") -> Expression:
    """The list of sizes in a JSON column as "300-100", on every database alike."""
    text: Expression = KeyTextTransform(key, column)
    for old, new in (("[", ""), ("]", ""), (" ", ""), (",", separator)):
        text = Replace(text, Value(old), Value(new), output_field=CharField())
    return text


def configuration_text(*others: Expression | Any) -> Expression:
    """The values of a configuration, and `others`, as words between spaces, with - for _."""
    parts: list[Any] = [Value(" ")]
    for value in (*others, *(KeyTextTransform(key, "config") for key in _CONFIGURED)):
        parts += [Coalesce(Cast(value, TextField()), Value("")), Value(" ")]
    # Not Concat, which nests: SQLite's parser has no room for so many levels.
    text = Func(*parts, arg_joiner=" || ", template="(%(expressions)s)", output_field=TextField())
    return Replace(text, Value("_"), Value("-"), output_field=TextField())


def matching(text: str, *, texts: Sequence[str], number: str, tagged: Callable[[str], QuerySet[Any]]) -> Q:
    """The condition that each word is in one of `texts`, a tag or the configuration, or is the number of a row.

    Args:
        text: words; a number means a value of the configuration as a whole, or the number of a row.
        texts: the columns of the name and the notes.
        number: the column of a row's number.
        tagged: the primary keys of the rows that have a tag with that word in it.
    """
    found = Q()
    for word in text.lower().split():
        plain = word.strip(",;").replace("_", "-")
        if re.fullmatch(r"[0-9]+,[0-9]+", plain):  # a decimal comma
            plain = plain.replace(",", ".")
        configured = f" {plain} " if _NUMBERS.fullmatch(plain) else plain
        said = Q(configured__contains=configured) | Q(pk__in=tagged(word))
        for column in texts:
            said |= Q(**{f"{column}__icontains": word})
        row = whole_number(plain)
        found &= said if row is None else said | Q(**{number: row})
    return found
