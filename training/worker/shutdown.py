"""Tells the processes of a worker's pool that the worker is ending: one byte that they share with it."""

import mmap

# Anonymous shared memory survives the fork that makes the pool's processes.
_flag = mmap.mmap(-1, 1)


def request() -> None:
    """Ask every training run of this worker to save and hand itself back."""
    _flag[0] = 1


def is_requested() -> bool:
    """Whether this worker is ending."""
    return _flag[0] == 1


def withdraw() -> None:
    """Begin anew: a worker starts, or a test ends."""
    _flag[0] = 0
