"""Rate limits of accounts and addresses, counted in Redis for all web processes; in `local` mode nothing is limited.

`settings.RATE_LIMITS` holds the limits, such as `{"predictions": "3000/minute"}`; what is not in it has none. While
Redis is away, each web process counts for itself.
"""

import logging
import math
import time
from typing import Any, Final, Literal

import redis
from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from weblib.errors import RateExceededError
from weblib.redis_client import redis_client

logger = logging.getLogger(__name__)

REDIS_TIMEOUT_SECONDS: Final = 0.5
SECONDS_WITHOUT_REDIS: Final = 5.0
"""After an error of Redis, before it is used again."""

# In the words of a message: "at most 10 failed log-ins per minute for one account".
Limited = Literal["submissions", "predictions", "failed log-ins"]


def count_one(what: Literal["submissions", "predictions"], user: Any) -> None:
    """Count one more of `what` for an account; without an account nothing is counted.

    Raises:
        RateExceededError: it was one too many; says when the next one will be accepted.
    """
    if user is not None and user.is_authenticated:
        count(what, "account", str(user.pk))


def count(what: Limited, kind: str, key: str, *, times: int = 1) -> None:
    """Count one more of `what` for `key`, a `kind` such as "account", of which `times` the limit is allowed.

    Raises:
        RateExceededError: it was one too many.
    """
    _check("hit", what, kind, key, times)


def check(what: Limited, kind: str, key: str, *, times: int = 1) -> None:
    """As `count`, without counting.

    Raises:
        RateExceededError: the next one would be too many.
    """
    _check("test", what, kind, key, times)


def _check(method: Literal["hit", "test"], what: Limited, kind: str, key: str, times: int) -> None:
    limit = settings.RATE_LIMITS.get(what)
    if not limit:
        return
    item = parse(limit)
    item = type(item)(item.amount * times, item.multiples)
    if not _LIMITER.call(method, item, what, kind, key):
        reset_at = _LIMITER.call("get_window_stats", item, what, kind, key).reset_time
        seconds = max(1, math.ceil(reset_at - time.time()))
        raise RateExceededError(f"{item.amount} {what} per {_period(item)} for one {kind}", seconds=seconds)


def _period(item: RateLimitItem) -> str:
    return item.GRANULARITY.name if item.multiples == 1 else f"{item.multiples} {item.GRANULARITY.name}s"


class _Limiter:
    """Counts in Redis, and in this process while Redis does not answer."""

    def __init__(self) -> None:
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._shared: FixedWindowRateLimiter | None = None
        self._shared_from = 0.0

    def call(self, method: str, *args: Any) -> Any:
        """The result of a method of the limiter."""
        if time.monotonic() >= self._shared_from:
            try:
                return getattr(self.shared(), method)(*args)
            except redis.RedisError as error:
                self._shared_from = time.monotonic() + SECONDS_WITHOUT_REDIS
                logger.warning("rates are counted in this process alone, since Redis does not answer: %s", error)
        return getattr(self._local, method)(*args)

    def shared(self) -> FixedWindowRateLimiter:
        """The limiter in Redis, made on first use."""
        if self._shared is None:
            connections: Any = redis_client(timeout_seconds=REDIS_TIMEOUT_SECONDS).connection_pool
            storage = RedisStorage("redis://", connections, key_prefix="digitlab:rates")
            self._shared = FixedWindowRateLimiter(storage)
        return self._shared


_LIMITER: Final = _Limiter()
