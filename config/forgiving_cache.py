"""The cache in Redis, for pages that must not fail because Redis is away: what cannot be read is not there."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = logging.getLogger(__name__)

AWAY = (RedisConnectionError, RedisTimeoutError)

#: Redis that did not answer is left alone for so many seconds, so that one page does not wait for it ten times.
LEFT_ALONE = 3.0


class ForgivingRedisCache(RedisCache):
    """Answers "not there" and forgets what it is given while Redis is away. Sessions and counts live in PostgreSQL."""

    _next_try = 0.0

    def _unless_away(self, work: Callable[[], Any], otherwise: Any) -> Any:
        if monotonic() < ForgivingRedisCache._next_try:
            return otherwise
        try:
            return work()
        except AWAY:
            ForgivingRedisCache._next_try = monotonic() + LEFT_ALONE
            log.warning("Redis is away; pages go on without their cache")
            return otherwise

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Say that the key was new: what is guarded by it then happens once too often rather than never."""
        return bool(self._unless_away(lambda: super(ForgivingRedisCache, self).add(*args, **kwargs), True))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._unless_away(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store, or forget."""
        self._unless_away(lambda: super(ForgivingRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Renew, if it is there."""
        return bool(self._unless_away(lambda: super(ForgivingRedisCache, self).touch(*args, **kwargs), False))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete, if it is there."""
        return bool(self._unless_away(lambda: super(ForgivingRedisCache, self).delete(*args, **kwargs), False))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return what is there."""
        found: dict[Any, Any] = self._unless_away(
            lambda: super(ForgivingRedisCache, self).get_many(*args, **kwargs), {}
        )
        return found

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Say whether it is there."""
        return bool(self._unless_away(lambda: super(ForgivingRedisCache, self).has_key(*args, **kwargs), False))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count on; while Redis is away every count begins anew."""
        return int(self._unless_away(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta))
