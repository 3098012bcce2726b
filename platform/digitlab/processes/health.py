"""Whether the lab lives: `/healthz` for people, `/livez` and `/readyz` for what restarts or feeds a web process."""

import logging
import shutil
from typing import Final

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from digitlab.processes.presence import count_live
from weblib.redis_client import redis_client

logger = logging.getLogger(__name__)

LEAST_FREE_BYTES: Final = 100_000_000
"""Of the data folder's disk: a checkpoint, a model file and the database's log still fit."""


@login_not_required
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when web, database, Redis, a worker and the scheduler live and the disk has room, else 503; each is named."""
    parts = {"web": True, "database": _database_lives(), **_redis_and_processes(), "disk": _disk_has_room()}
    is_well = all(parts.values())
    return JsonResponse({"status": "ok" if is_well else "degraded", **parts}, status=200 if is_well else 503)


@login_not_required
def livez(_request: HttpRequest) -> JsonResponse:
    """200 while this web process answers: one that does not is to be restarted."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when this web process can serve, which takes the database; workers may be away."""
    is_ready = _database_lives()
    status = "ok" if is_ready else "degraded"
    return JsonResponse({"status": status, "database": is_ready}, status=200 if is_ready else 503)


def _database_lives() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", error)
        return False
    return True


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
