"""Which workers and schedulers are alive: each writes a key to Redis that expires unless it is renewed."""

import logging
import os
from typing import Final, Literal

import redis

from weblib.redis_client import redis_client

logger = logging.getLogger(__name__)

Role = Literal["worker", "scheduler"]

EXPIRY_SECONDS: Final = {"worker": 10, "scheduler": 15}
"""The scheduler's is five of its turns."""

_client: "redis.Redis | None" = None


def report_alive(role: Role = "worker") -> None:
    """Renew this process's key; a Redis that is unavailable is logged."""
    global _client  # noqa: PLW0603 -- one connection for the life of the worker
    try:
        _client = _client or redis_client(timeout_seconds=1.0)
        _client.set(_key(role), 1, ex=EXPIRY_SECONDS[role])
    except redis.RedisError as error:
        logger.warning("this %s could not renew its key in Redis: %s", role, error)


def report_shutdown() -> None:
    """Delete this worker's key."""
    try:
        redis_client(timeout_seconds=1.0).delete(_key("worker"))
    except redis.RedisError as error:
        logger.info("Redis ended before this worker: %s", error)


def count_live(client: "redis.Redis", role: Role) -> int:
    """How many processes of that role renewed their key in time."""
    return sum(1 for _ in client.scan_iter(f"digitlab:{role}:*", count=100))


def _key(role: Role) -> str:
    return f"digitlab:{role}:{os.uname().nodename}:{os.getpid()}"
