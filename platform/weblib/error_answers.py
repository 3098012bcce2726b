"""The error answers of the HTTP API, as its OpenAPI schema describes them."""

from typing import Any, Final

from pydantic import BaseModel

from weblib.plain_errors import FieldError


class ErrorOut(BaseModel):
    """An error: clients decide by `code`; `detail` is for people."""

    detail: str
    code: str


class ValidationErrorOut(BaseModel):
    """Fields of a request that are missing or wrong; `code` is `validation`. Some refusals have one sentence."""

    detail: list[FieldError] | str
    code: str


# A body that is no JSON, and in `login` mode an account, may be refused by every call; 503 and 507 are outages.
_ALWAYS: Final = (400, 401, 403, 503, 507)


def errors(*statuses: int) -> dict[Any, Any]:
    """The `response` entries of a call that may answer these statuses, in addition to those of every call."""
    found: dict[Any, Any] = dict.fromkeys(sorted({*statuses, *_ALWAYS}), ErrorOut)
    if 422 in found:
        found[422] = ValidationErrorOut
    return found
