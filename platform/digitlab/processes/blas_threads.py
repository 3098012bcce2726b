"""How many threads NumPy's matrix products may use: set before NumPy is imported.

One per process, unless the user set a limit. More collapse as soon as cores are shared: six runs on two cores took two
workers with two threads each 31 to 39 s, and 6.3 s with one thread each.
"""

import os
from pathlib import Path
from typing import Final

MAX_SLOTS: Final = 8

_NAMES: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# Read before anything sets a default: one name that the user set is enough to leave all of them alone.
_IS_SET_BY_USER: Final = any(name in os.environ for name in _NAMES)


def cores(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """The cores that this process may use: by its affinity, and by the limit of its container, at least 1.

    Args:
        cgroup: where the limit is: `cpu.max` (version 2), or `cpu/cpu.cfs_quota_us` and its period (version 1).
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _container_cores(cgroup, allowed)))


def default_slots() -> int:
    """Training runs at once by default: one per core, each with one thread."""
    return min(MAX_SLOTS, cores())


def limit_to_one() -> dict[str, str]:
    """The environment variables that limit a process to one thread; empty where the user set a limit."""
    return {} if _IS_SET_BY_USER else dict.fromkeys(_NAMES, "1")


def _container_cores(cgroup: Path, otherwise: int) -> int:
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota, period = (
                (cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period")
            )
        except OSError:
            return otherwise
    # "max" or -1: no limit. Half a core is used best by one slot.
    return int(quota) // int(period) if quota.isdigit() and int(period) else otherwise
