"""The processes of a running lab, as the kernel knows them: whose child is who, and who lives."""

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lab import Lab

# Parts of the command lines, which Celery rewrites.
COMMANDS = {"web": "uvicorn", "worker": "digitlab worker", "scheduler": "digitlab beat", "redis": "redis-server"}


def until(condition: Callable[[], Any], *, within_seconds: float = 60.0, what: str = "it") -> Any:
    """What `condition` answers, once it is true."""
    deadline = time.monotonic() + within_seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not come about within {within_seconds:.0f} seconds"
        time.sleep(0.05)
    return answer


def child(lab: Lab, name: str) -> int:
    """The supervisor's child of this name (a key of COMMANDS); 0 while there is none."""
    for pid in children(lab.pid):
        with contextlib.suppress(OSError):
            if COMMANDS[name] in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                return pid
    return 0


def children(pid: int) -> list[int]:
    """The child processes of one process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family(pid: int) -> list[int]:
    """The process and every process below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int(_status(folder).split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that have not ended."""
    return [pid for pid in pids if state(pid) not in {"", "Z", "X"}]


def state(pid: int) -> str:
    """The kernel's letter for what the process does: R, S, T (stopped), Z (ended) …; nothing when it is gone."""
    try:
        return _status(Path(f"/proc/{pid}")).split()[0]
    except OSError:
        return ""


def signal_all(pids: list[int], number: signal.Signals) -> None:
    """Send the signal to those that still live."""
    import os

    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _status(folder: Path) -> str:
    """State and parent, and what follows them; the name before them may hold anything."""
    return (folder / "stat").read_text().rpartition(") ")[2]
