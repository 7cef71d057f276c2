"""Many calls under way at once, in one thread beside the worker's own, which alone speaks to the database."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Self

from messaging.webhooks.address_rules import Allowed
from messaging.webhooks.fates import Answer, Outcome
from messaging.webhooks.letter import Letter

log = logging.getLogger(__name__)


class Line:
    """Use as a context; at its end what is still under way is broken off."""

    def __init__(self, allowed: Allowed, *, at_once: int) -> None:
        """Prepare for so many calls at once; names are looked up in threads, which nobody waits for at the end."""
        self.allowed = allowed
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(at_once, "webhook-names"))
        self._thread = Thread(target=self._loop.run_forever, name="webhooks", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Break off what is under way, and end."""
        asyncio.run_coroutine_threadsafe(_break_off(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def post(self, letter: Letter) -> Future[Answer]:
        """Begin a call; the future has its answer within the deadline."""
        return asyncio.run_coroutine_threadsafe(self._posted(letter), self._loop)

    async def _posted(self, letter: Letter) -> Answer:
        # Loads an HTTP client, a tenth of a second that every process would pay at its start and only this one uses.
        from messaging.webhooks.posting import post

        try:
            return await post(letter, allowed=self.allowed)
        except Exception:
            log.exception("a webhook broke")
            return Answer(Outcome.LATER, "It broke off on our side; the log says why.")


async def _break_off() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
