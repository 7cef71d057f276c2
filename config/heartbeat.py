"""Signs of life of the processes that serve no pages, kept in Redis: the last time each was seen at work."""

from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

BEAT = "beat"
WORKER = "worker"
STALE_AFTER = 30  # seconds; a pulse goes out every two


@cache
def _redis() -> "Redis":
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


def mark(process: str, *, now: datetime) -> None:
    """Write that a process was at work; without Redis do nothing, for nobody's work may fail on this."""
    try:
        _redis().set(f"followthrough:seen:{process}", now.isoformat(), ex=3600)
    except RedisError:
        return


def ages(*, now: datetime) -> dict[str, float | None]:
    """Return the seconds since each process was last seen, None for never; raise RedisError without Redis."""
    found = {}
    for process in (BEAT, WORKER):
        value = _redis().get(f"followthrough:seen:{process}")
        seen = datetime.fromisoformat(value.decode()) if isinstance(value, bytes) else None
        found[process] = (now.astimezone(UTC) - seen).total_seconds() if seen else None
    return found
