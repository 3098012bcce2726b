"""Progress of a command on a terminal; nothing where the output is a file."""

import time
from types import TracebackType
from typing import Any, Self

from weblib.text_bar import text_bar

_WIDTH = 30
_SECONDS_BETWEEN = 0.1


class Bar:
    """A bar that is rewritten in place, and removed at the end.

    Args:
        stream: Of the command, such as `self.stderr`.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_shown = bool(stream.isatty())
        self._written_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._written_at:
            self._write("\r\x1b[K")

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how much of it is done."""
        now = time.monotonic()
        if not self._is_shown or now - self._written_at < _SECONDS_BETWEEN:
            return
        self._written_at = now
        share = done / total if total else 1.0
        self._write(f"\r\x1b[K{what:<10} {text_bar(share, _WIDTH, self._stream)} {share:4.0%}")

    def _write(self, text: str) -> None:
        self._stream.write(text, ending="")
        self._stream.flush()
