"""Bars of text for terminals."""

from typing import Any


def text_bar(share: float, width: int, stream: Any) -> str:
    """`share` in [0, 1] of `width` characters, in characters that `stream` can write."""
    filled, empty = ("█", "░") if _can_write("█░", stream) else ("#", "-")
    return f"{filled * round(share * width):{empty}<{width}}"


def _can_write(text: str, stream: Any) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
