"""How many threads NumPy's matrix products may use: set before NumPy is imported.

Unbounded threads on shared cores collapse: two processes with two threads each on two cores took 5.5 times as long as
with one thread each, and one training with two threads on a busy machine ten times as long as with one.
"""

import os
from typing import Final

MAX_SLOTS: Final = 8

_NAMES: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# Read before anything sets a default: one name that the user set is enough to leave all of them alone.
_IS_SET_BY_USER: Final = any(name in os.environ for name in _NAMES)


def default_slots() -> int:
    """Training runs at once by default: one per core, each with one thread."""
    return min(MAX_SLOTS, os.cpu_count() or 1)


def limit_to_slot(slots: int) -> None:
    """Limit this process to the cores divided by the training slots, unless the user set a limit."""
    os.environ.update(limits(max(1, (os.cpu_count() or 1) // slots)))


def limits(threads: int) -> dict[str, str]:
    """The environment variables that limit a process to `threads`; empty where the user set a limit."""
    return {} if _IS_SET_BY_USER else dict.fromkeys(_NAMES, str(threads))
