"""Rate limits of an account on submissions and predictions; in `local` mode nothing is limited.

`settings.RATE_LIMITS` holds the limits, such as `{"predictions": "3000/minute"}`; what is not in it has none. Each web
process counts for itself.
"""

import math
import time
from typing import Any, Final, Literal

from django.conf import settings
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from weblib.errors import RateExceededError

_LIMITER: Final = FixedWindowRateLimiter(MemoryStorage())


def count_one(what: Literal["submissions", "predictions"], user: Any) -> None:
    """Count one more of `what` for an account; without an account nothing is counted.

    Raises:
        RateExceededError: it was one too many; says when the next is welcome.
    """
    limit = settings.RATE_LIMITS.get(what)
    if not limit or user is None or not user.is_authenticated:
        return
    item = parse(limit)
    if not _LIMITER.hit(item, what, str(user.pk)):
        reset_at = _LIMITER.get_window_stats(item, what, str(user.pk)).reset_time
        raise RateExceededError(what, limit, seconds=max(1, math.ceil(reset_at - time.time())))
