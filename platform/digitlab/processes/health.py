"""`/healthz`: which parts of the lab live."""

import logging

import redis
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from digitlab.processes.presence import live_workers
from digitlab.processes.redis_client import redis_client

logger = logging.getLogger(__name__)


@login_not_required
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when web, database, Redis and at least one worker live, else 503; every part is named."""
    parts = {"web": True, "database": _database_lives(), **_redis_and_worker()}
    is_well = all(parts.values())
    return JsonResponse({"status": "ok" if is_well else "degraded", **parts}, status=200 if is_well else 503)


def _database_lives() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", error)
        return False
    return True


def _redis_and_worker() -> dict[str, bool]:
    try:
        with redis_client(timeout_seconds=1.0) as client:
            client.ping()
            return {"redis": True, "worker": live_workers(client) > 0}
    except (redis.RedisError, OSError) as error:
        logger.warning("Redis does not answer: %s", error)
        return {"redis": False, "worker": False}
