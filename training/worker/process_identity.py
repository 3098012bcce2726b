"""Which process of which machine holds a run, and whether it is no more.

A process number means something only where it was given: two machines may have one name, and two containers of one
machine each a process 17. So the name of a process holds a mark of the kernel's start and of its process numbers.
"""

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROCESS_NUMBERS = Path("/proc/self/ns/pid")


def this_process() -> str:
    """This process, for the log of a run: "host-3fa9c1:4711"."""
    return f"{_place()}:{os.getpid()}"


def has_ended(process: str) -> bool:
    """Whether `process` (as `this_process` named it) was one of those numbered here, and is no more.

    False for one of another place, of which nothing can be known, and everywhere but on Linux.
    """
    place, _, pid = process.rpartition(":")
    if not _mark() or place != _place() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    try:  # ended, but not reaped by its parent: in a container it may never be
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return False


@cache
def _place() -> str:
    return f"{socket.gethostname()}-{_mark()}" if _mark() else socket.gethostname()


@cache
def _mark() -> str:
    """Of this start of this kernel and of its process numbers; empty where it is unknown."""
    try:
        told = f"{_BOOT_ID.read_text()} {_PROCESS_NUMBERS.stat().st_ino}"
    except OSError:
        return ""
    return hashlib.sha256(told.encode()).hexdigest()[:6]
