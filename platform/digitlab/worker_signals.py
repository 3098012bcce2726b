"""What a Celery worker does besides tasks: says that it lives, passes a shutdown on, and leaves no orphan."""

import ctypes
import logging
import os
import signal
import sys
from typing import Any

import redis
from celery import signals
from celery.exceptions import WorkerLostError
from django.conf import settings
from django.db import Error, connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from training import reconciliation, shutdown
from training.queue import TRAIN_TASK

logger = logging.getLogger(__name__)

ALIVE_PREFIX = "digitlab:worker:"
ALIVE_SECONDS = 10
_PR_SET_PDEATHSIG = 1


def connect() -> None:
    """Listen to Celery's signals; called once by the Celery application's module."""
    signals.worker_init.connect(_begin)
    signals.heartbeat_sent.connect(_say_alive)
    signals.worker_shutting_down.connect(_pass_shutdown_on)
    signals.worker_process_init.connect(_die_with_worker)
    signals.worker_shutdown.connect(_say_gone)
    signals.task_failure.connect(_take_over_from_killed)


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Let the kernel send this process `number` when its parent ends, however it ends; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)


def live_workers(client: "redis.Redis") -> int:
    """How many workers have said within the last seconds that they live."""
    return sum(1 for _ in client.scan_iter(f"{ALIVE_PREFIX}*", count=100))


def redis_client(*, timeout_seconds: float = 2.0) -> "redis.Redis":
    """A short-lived client of the Redis that everybody uses."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        # By default each call is tried three times more, with pauses.
        retry=Retry(NoBackoff(), 0),
    )


def _begin(**_kwargs: Any) -> None:
    shutdown.withdraw()


def _pass_shutdown_on(**_kwargs: Any) -> None:
    shutdown.request()


def _die_with_worker(**_kwargs: Any) -> None:
    die_with_parent()


def _take_over_from_killed(sender: Any, exception: BaseException, args: Any, **_kwargs: Any) -> None:
    """Let a run go on at once whose process in this worker's pool was killed; its lease would last for a while yet."""
    if not isinstance(exception, WorkerLostError) or sender.name != TRAIN_TASK:
        return
    try:
        reconciliation.take_over_from_dead_process(args[0])
    except Error as error:
        logger.warning("run %s waits for its lease to end: %s", args[0], error)
    finally:
        # The processes of the pool are forked from this one and must not share a connection.
        connection.close()


def _alive_key() -> str:
    return f"{ALIVE_PREFIX}{os.uname().nodename}:{os.getpid()}"


_client: "redis.Redis | None" = None


def _say_alive(**_kwargs: Any) -> None:
    global _client  # noqa: PLW0603 -- one connection for the life of the worker
    try:
        _client = _client or redis_client(timeout_seconds=1.0)
        _client.set(_alive_key(), 1, ex=ALIVE_SECONDS)
    except redis.RedisError as error:
        logger.warning("this worker could not say that it lives: %s", error)


def _say_gone(**_kwargs: Any) -> None:
    try:
        redis_client(timeout_seconds=1.0).delete(_alive_key())
    except redis.RedisError as error:
        logger.info("Redis went before this worker: %s", error)
