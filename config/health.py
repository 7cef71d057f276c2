"""What a load balancer and an operator ask: is the process up, and can it do its work?"""

import logging
import time

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis.exceptions import RedisError

from config import heartbeat

log = logging.getLogger(__name__)

PATIENCE = 5  # seconds for a process that was never seen: it is probably just starting


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database, broker, beat and worker are there; 503 names what is not."""
    checks = {"database": database(), **broker_and_processes()}
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def database() -> str:
    """Return ok, or what is wrong with the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log.warning("the database does not answer", extra={"error_text": str(error)})
        return "does not answer"
    return "ok"


def broker_and_processes() -> dict[str, str]:
    """Return ok or what is wrong for the broker and for each process that beats through it."""
    deadline = time.monotonic() + PATIENCE
    try:
        while None in (ages := heartbeat.ages(now=timezone.now())).values() and time.monotonic() < deadline:
            time.sleep(0.1)
    except RedisError as error:
        log.warning("the broker does not answer", extra={"error_text": str(error)})
        return {"broker": "does not answer"}
    return {"broker": "ok", **{process: freshness(age) for process, age in ages.items()}}


def freshness(age: float | None) -> str:
    """Put the age of a sign of life, in seconds, into words."""
    if age is None:
        return "not seen yet"
    return "ok" if age <= heartbeat.STALE_AFTER else f"last seen {age:.0f} seconds ago"
