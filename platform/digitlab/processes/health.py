"""Whether the lab lives: `/healthz` for people, `/livez` and `/readyz` for what restarts or feeds a web process."""

import logging
import shutil
from typing import Final

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from digitlab.processes.presence import count_live
from digitlab.processes.schema_state import schema_problem
from weblib.redis_client import redis_client

logger = logging.getLogger(__name__)

LEAST_FREE_BYTES: Final = 100_000_000
"""Of the data folder's disk: a checkpoint, a model file and the database's log still fit."""


@login_not_required
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when database (with this schema), Redis, a worker and the scheduler live and the disk has room, else 503."""
    parts = {"web": True, **_database_and_schema(), **_redis_and_processes(), "disk": _disk_has_room()}
    is_well = all(parts.values())
    return JsonResponse({"status": "ok" if is_well else "degraded", **parts}, status=200 if is_well else 503)


@login_not_required
def livez(_request: HttpRequest) -> JsonResponse:
    """200 while this web process answers: one that does not is to be restarted."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when this web process can serve, which takes the database, with its own schema; workers may be away."""
    parts = _database_and_schema()
    is_ready = all(parts.values())
    return JsonResponse({"status": "ok" if is_ready else "degraded", **parts}, status=200 if is_ready else 503)


def _database_and_schema() -> dict[str, bool]:
    try:
        problem = schema_problem()
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", error)
        return {"database": False, "schema": False}
    if problem:
        logger.warning("%s", problem)
    return {"database": True, "schema": not problem}


def _redis_and_processes() -> dict[str, bool]:
    try:
        with redis_client(timeout_seconds=1.0) as client:
            client.ping()
            return {
                "redis": True,
                "worker": count_live(client, "worker") > 0,
                "scheduler": count_live(client, "scheduler") > 0,
            }
    except (redis.RedisError, OSError) as error:
        logger.warning("Redis does not answer: %s", error)
        return {"redis": False, "worker": False, "scheduler": False}


def _disk_has_room() -> bool:
    return shutil.disk_usage(settings.DATA_DIR).free >= LEAST_FREE_BYTES
