"""A client of Redis for commands and health checks, which must not wait for long."""

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


def redis_client(*, timeout_seconds: float = 2.0) -> "redis.Redis":
    """A short-lived client of the Redis that all processes use."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        # By default each call is tried three times more, with pauses.
        retry=Retry(NoBackoff(), 0),
    )
