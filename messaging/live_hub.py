"""Who listens to what: one Redis subscription for the whole process, one queue per open page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from messaging.live_updates import PREFIX

log = logging.getLogger(__name__)

MOST_PAGES = 5000
MOST_WAITING = 50  # words that a page may be behind; a slower one loses the oldest
PAUSE = 1.0  # seconds before Redis is asked again after it went away


class Hub:
    """Passes what is published to the pages that wait for it."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._pages: dict[int, set[asyncio.Queue[str]]] = {}
        self._count = 0
        self._task: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    def start(self) -> None:
        """Begin to read from Redis."""
        self._task = asyncio.create_task(self._read_for_ever())

    async def stop(self) -> None:
        """Stop reading."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def full(self) -> bool:
        """Whether no further page fits."""
        return self._count >= MOST_PAGES

    @contextmanager
    def listening(self, user_id: int) -> Iterator[asyncio.Queue[str]]:
        """A queue of the person's news, for as long as the block runs."""
        page: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._pages.setdefault(user_id, set()).add(page)
        self._count += 1
        try:
            yield page
        finally:
            self._count -= 1
            self._pages[user_id].discard(page)
            if not self._pages[user_id]:
                del self._pages[user_id]

    def pass_on(self, user_id: int, words: str) -> None:
        """Give the words to every open page of the person."""
        for page in self._pages.get(user_id, ()):
            if page.full():
                page.get_nowait()
            page.put_nowait(words)

    async def _read_for_ever(self) -> None:
        while True:
            try:
                await self._read()
            except (RedisError, OSError) as problem:
                log.warning("live news interrupted", extra={"error_text": str(problem)})
            self.ready.clear()
            await asyncio.sleep(PAUSE)

    async def _read(self) -> None:
        async with Redis.from_url(settings.REDIS_URL, decode_responses=True) as redis, redis.pubsub() as subscription:
            await subscription.psubscribe(f"{PREFIX}*")
            self.ready.set()
            async for message in subscription.listen():
                person = str(message["channel"]).removeprefix(PREFIX)
                if message["type"] == "pmessage" and person.isdecimal():
                    self.pass_on(int(person), message["data"])
