"""Redis may be away or hang: what one call learns of that spares the next ones the wait."""

import time

# How long anybody waits for Redis before going on without it, and how long it is then left alone.
PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 3.0

_pause_until = 0.0


def is_likely() -> bool:
    """Whether Redis did not answer a moment ago."""
    return time.monotonic() < _pause_until


def note() -> None:
    """Remember that Redis has just not answered."""
    global _pause_until  # noqa: PLW0603 -- one memory for the process
    _pause_until = time.monotonic() + PAUSE_SECONDS


def forget() -> None:
    """Try Redis again at once."""
    global _pause_until  # noqa: PLW0603
    _pause_until = 0.0
