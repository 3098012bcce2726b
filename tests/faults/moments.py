"""The moment at which a file appears in a folder, caught by the kernel's own notice (inotify; Linux only)."""

import ctypes
import errno
import os
import select
import struct
from pathlib import Path
from types import TracebackType
from typing import Final, Self

CREATED: Final = 0x100
MOVED_IN: Final = 0x80
_HEADER = struct.Struct("iIII")
_libc = ctypes.CDLL(None, use_errno=True)


class Moments:
    """Between entering and leaving, `next()` waits for the next file that appears in the folder."""

    def __init__(self, folder: Path, kinds: int) -> None:
        self._folder, self._kinds = folder, kinds

    def __enter__(self) -> Self:
        self._descriptor = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0 or _libc.inotify_add_watch(self._descriptor, bytes(self._folder), self._kinds) < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(self._folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def next(self, *, within_seconds: float) -> str:
        """The name of the file; nothing when none came in time."""
        if not select.select([self._descriptor], [], [], within_seconds)[0]:
            return ""
        try:
            data = os.read(self._descriptor, 65536)
        except OSError as problem:
            if problem.errno == errno.EAGAIN:
                return ""
            raise
        *_, length = _HEADER.unpack_from(data)
        return data[_HEADER.size : _HEADER.size + length].rstrip(b"\0").decode()
