"""Which data sets the workers have on their disks: on many machines a web process may have none of them.

Each worker renews a key in Redis for each of its data sets; keys expire with the worker.
"""

import logging
from collections.abc import Iterable
from typing import Final

import redis

from weblib.redis_client import redis_client

logger = logging.getLogger(__name__)

EXPIRY_SECONDS: Final = 30
TIMEOUT_SECONDS: Final = 0.5


def report(keys: Iterable[str]) -> None:
    """Renew the keys of the data sets that this worker has; a Redis that is unavailable is logged."""
    try:
        with redis_client(timeout_seconds=TIMEOUT_SECONDS) as client:
            for key in keys:
                client.set(_name(key), 1, ex=EXPIRY_SECONDS)
    except redis.RedisError as error:
        logger.warning("the data sets of this worker are not reported: %s", error)


def reported(keys: Iterable[str]) -> frozenset[str]:
    """Those of `keys` that some worker has; none while Redis is unavailable."""
    try:
        with redis_client(timeout_seconds=TIMEOUT_SECONDS) as client:
            return frozenset(key for key in keys if client.exists(_name(key)))
    except redis.RedisError as error:
        logger.info("the data sets of the workers are unknown: %s", error)
        return frozenset()


def _name(key: str) -> str:
    return f"digitlab:dataset:{key}"
