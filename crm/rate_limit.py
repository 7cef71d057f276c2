"""How many requests a minute somebody may make, counted in Redis over fixed minutes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of this minute. `retry_after` is in seconds, 0 where the request may pass."""

    limit: int
    remaining: int
    retry_after: int = 0


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=0.25, socket_timeout=0.25)


def take(name: str, *, per_minute: int, now: datetime) -> Allowance:
    """Count one request of `name`. Without Redis everything passes: a limit is no reason to refuse work."""
    second = int(now.timestamp())
    key = f"followthrough:rate:{name}:{second // 60}"
    try:
        with _redis(settings.REDIS_URL).pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 120)
            used = int(pipe.execute()[0])
    except RedisError:
        log.warning("the rate limit cannot be counted; the request passes", extra={"limited": name})
        return Allowance(per_minute, per_minute)
    if used > per_minute:
        return Allowance(per_minute, 0, 60 - second % 60)
    return Allowance(per_minute, per_minute - used)
