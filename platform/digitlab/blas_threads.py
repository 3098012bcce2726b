"""How many threads NumPy's matrix products may use: set before NumPy is imported, or not at all.

Unbounded threads on shared cores collapse: two processes with two threads each on two cores took 5.5 times as long as
with one thread each.
"""

import os

_NAMES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def limit_to_slot() -> None:
    """The cores of this machine divided by the training slots, unless the environment says otherwise."""
    cores = os.cpu_count() or 1
    slots = int(os.environ.get("WORKER_SLOTS") or max(1, cores // 2))
    limit_to(max(1, cores // slots))


def limit_to(threads: int) -> None:
    """So many threads, unless the environment says otherwise."""
    for name in _NAMES:
        os.environ.setdefault(name, str(threads))
