"""How many threads NumPy's matrix products may use: set before NumPy is imported, or not at all.

Unbounded threads on shared cores collapse: two processes with two threads each on two cores took 5.5 times as long as
with one thread each, and a lone training with two threads beside a busy neighbour ten times as long as with one.
"""

import os

MOST_SLOTS = 8

_NAMES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def default_slots() -> int:
    """Training runs at once where nobody says otherwise: one per core, each with one thread."""
    return min(MOST_SLOTS, os.cpu_count() or 1)


def limit_to_slot() -> None:
    """The cores of this machine divided by the training slots, unless the environment says otherwise."""
    slots = int(os.environ.get("WORKER_SLOTS") or default_slots())
    threads = max(1, (os.cpu_count() or 1) // slots)
    for name in _NAMES:
        os.environ.setdefault(name, str(threads))
