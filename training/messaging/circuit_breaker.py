"""Circuit breaker for Redis: after a call failed, the next calls are skipped for a few seconds instead of waiting."""

import time

# How long a call waits for Redis, and how long calls are skipped after one failed.
TIMEOUT_SECONDS = 1.0
OPEN_SECONDS = 3.0

_open_until = 0.0


def is_open() -> bool:
    """Whether calls to Redis are to be skipped because one failed a moment ago."""
    return time.monotonic() < _open_until


def record_failure() -> None:
    """Skip calls for `OPEN_SECONDS` from now on."""
    global _open_until  # noqa: PLW0603 -- one state for the process
    _open_until = time.monotonic() + OPEN_SECONDS


def reset() -> None:
    """Call Redis again from now on."""
    global _open_until  # noqa: PLW0603
    _open_until = 0.0
