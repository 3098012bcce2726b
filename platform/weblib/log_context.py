"""What a line of the log is about: the run, and the account on whose behalf something happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_run: ContextVar[int | None] = ContextVar("run", default=None)
_request: ContextVar[Any] = ContextVar("request", default=None)


@contextmanager
def about_run(run_id: int) -> Iterator[None]:
    """Lines that are logged inside concern this run; a thread begins without one."""
    token = _run.set(run_id)
    try:
        yield
    finally:
        _run.reset(token)


def begin_request(request: Any, run_id: int | None) -> None:
    """Lines from now on belong to this request; each request has a context of its own.

    Args:
        request: of Django, or another object with the attribute `user`.
        run_id: of the run in its address.
    """
    _request.set(request)
    _run.set(run_id)


def current_run() -> int | None:
    """The run that a line logged now concerns."""
    return _run.get()


def current_user() -> str:
    """The name of the account, as far as it is known: a line of the log never causes a query."""
    user = getattr(_request.get(), "__dict__", {}).get("user")
    if user is None or not hasattr(user, "__dict__"):
        return ""
    found = user.__dict__.get("_wrapped", user)  # of Django's lazy object
    return str(found.get_username()) if getattr(found, "is_authenticated", False) else ""
