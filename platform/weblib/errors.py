"""Errors that an interface reports to its client, each with a stable code and an HTTP status.

A message says what was expected and what was received. Clients decide by `code`, never by the message.
"""

from http import HTTPStatus
from typing import Any, ClassVar, Final

VALIDATION_CODE: Final = "validation"
INTERNAL_CODE: Final = "internal"


def code_of(status: int) -> str:
    """The code of an error that only has an HTTP status: "not_found" for 404."""
    return HTTPStatus(status).name.lower()


def error_body(detail: object, code: str) -> dict[str, Any]:
    """The body of every error answer: `detail` for people, `code` for clients."""
    return {"detail": detail, "code": code}


class LabError(Exception):
    """Base of every error that is raised on purpose.

    Attributes:
        code: Stable name, dotted: the subject, then what is wrong with it.
        status: HTTP status of an answer that reports it; 4xx for what the caller did.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400


class NumberListError(LabError, ValueError):
    """Text that should be a list of numbers and is not."""

    code = "numbers.invalid"


class CursorError(LabError, ValueError):
    """A cursor that no page of this list returned."""

    code = "cursor.invalid"


class RateExceededError(LabError):
    """An account or address sent more requests than its limit allows.

    Attributes:
        seconds: Until the next request is accepted.
    """

    code = "rate.exceeded"
    status = 429

    def __init__(self, limit: str, *, seconds: int) -> None:
        super().__init__(f"at most {limit}; retry in {seconds} s")
        self.seconds = seconds
