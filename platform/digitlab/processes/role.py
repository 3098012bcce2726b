"""Which process of the lab this one is; set by what starts it, before the settings are read where they depend on it."""

from typing import Literal

Role = Literal["web", "worker", "scheduler", "command"]

_current: Role = "command"


def current() -> Role:
    """The role of this process, "command" for everything that runs by hand."""
    return _current


def begin(role: Role) -> None:
    """Note what this process is."""
    global _current  # noqa: PLW0603 -- a process has one role
    _current = role
