"""Which workers are alive: each writes a key to Redis that expires unless it is renewed."""

import logging
import os
from typing import Final

import redis

from digitlab.processes.redis_client import redis_client

logger = logging.getLogger(__name__)

PREFIX: Final = "digitlab:worker:"
EXPIRY_SECONDS: Final = 10

_client: "redis.Redis | None" = None


def report_alive() -> None:
    """Renew this worker's key; a Redis that is unavailable is logged."""
    global _client  # noqa: PLW0603 -- one connection for the life of the worker
    try:
        _client = _client or redis_client(timeout_seconds=1.0)
        _client.set(_key(), 1, ex=EXPIRY_SECONDS)
    except redis.RedisError as error:
        logger.warning("this worker could not renew its key in Redis: %s", error)


def report_shutdown() -> None:
    """Delete this worker's key."""
    try:
        redis_client(timeout_seconds=1.0).delete(_key())
    except redis.RedisError as error:
        logger.info("Redis ended before this worker: %s", error)


def live_workers(client: "redis.Redis") -> int:
    """How many workers renewed their key within `EXPIRY_SECONDS`."""
    return sum(1 for _ in client.scan_iter(f"{PREFIX}*", count=100))


def _key() -> str:
    return f"{PREFIX}{os.uname().nodename}:{os.getpid()}"
