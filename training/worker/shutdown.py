"""A flag for the processes of a worker's pool that the worker is shutting down: one byte of shared memory."""

import mmap

# Anonymous shared memory survives the fork that makes the pool's processes.
_flag = mmap.mmap(-1, 1)


def request() -> None:
    """Let every training run of this worker save a checkpoint and return to the queue."""
    _flag[0] = 1


def is_requested() -> bool:
    """Whether this worker is ending."""
    return _flag[0] == 1


def withdraw() -> None:
    """Begin anew: a worker starts, or a test ends."""
    _flag[0] = 0
