"""Says what is wrong with a configuration in plain words, the same in the form, the API and the command line."""

import math
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict  # of 3.11, the standard one cannot be part of a schema


class FieldError(TypedDict):
    """One thing to mend: the path of the field (empty: the whole) and a sentence."""

    loc: list[str | int]
    msg: str


# Each takes some microseconds to describe; a client can cause as many as its request has bytes.
MOST_ERRORS: Final = 1000

_NOT_A_NUMBER = "must be a number; got {got}"
_NOT_WHOLE = "must be a whole number; got {got}"
_NOT_A_POINT = "must be a point [x, y]; got {got}"
_PHRASES: dict[str, str] = {
    "bool_parsing": "must be true or false; got {got}",
    "bool_type": "must be true or false; got {got}",
    "extra_forbidden": "is not a field here",
    "finite_number": "must be a finite number; got {got}",
    "float_parsing": _NOT_A_NUMBER,
    "float_type": _NOT_A_NUMBER,
    "greater_than": "must be greater than {gt:g}; got {got}",
    "greater_than_equal": "must be at least {ge:g}; got {got}",
    "int_from_float": _NOT_WHOLE,
    "int_parsing": _NOT_WHOLE,
    "int_parsing_size": "must be a whole number of a sensible size",
    "int_type": _NOT_WHOLE,
    "less_than": "must be less than {lt:g}; got {got}",
    "less_than_equal": "must be at most {le:,}; got {got}",
    "literal_error": "must be one of {expected}; got {got}",
    "missing": "is missing",
    "model_attributes_type": "must be a JSON object of fields; got {got}",
    "model_type": "must be a JSON object of fields; got {got}",
    "list_type": "must be a list; got {got}",
    "string_type": "must be text; got {got}",
    "string_too_long": "must be at most {max_length} characters",
    "too_long": "at most {max_length} are allowed; got {actual_length}",
    "too_short": "at least {min_length} is needed",
    "tuple_type": "must be a list of whole numbers, such as [250]; got {got}",
}


def plain_errors(error: ValidationError) -> list[FieldError]:
    """Every problem of `error` as a field and a sentence, in the order of the fields; beyond `MOST_ERRORS`, a count."""
    if error.error_count() > MOST_ERRORS:
        return [{"loc": [], "msg": f"has {error.error_count():,} errors, too many to list"}]
    return [{"loc": list(item["loc"]), "msg": _sentence(item)} for item in error.errors(include_url=False)]


def _sentence(item: ErrorDetails) -> str:
    is_point = item["type"] == "tuple_type" and "strokes" in item["loc"]
    phrase = _NOT_A_POINT if is_point else _PHRASES.get(item["type"])
    if phrase is None:
        return item["msg"]
    return phrase.format(got=printable(item["input"]), **item.get("ctx", {}))


def printable(value: object) -> str:
    """`value` as an error message shows it: short, and not-a-number by its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "infinity", -math.inf: "minus infinity"}.get(value, "not-a-number")
    if value == "":
        return "nothing"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
