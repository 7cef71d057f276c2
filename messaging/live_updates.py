"""News for open pages: after the commit, one word per person through Redis; the live process passes it on."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.exceptions import RedisError

from messaging.unread import unread_counts

log = logging.getLogger(__name__)

PREFIX = "followthrough:live:"
REST = 5.0  # seconds without asking a Redis that did not answer: live news are a comfort, work goes on


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.3, socket_timeout=0.5)


_silent_until = 0.0


def channel_of(user_id: int) -> str:
    """The name of a person's channel."""
    return f"{PREFIX}{user_id}"


def publish(user_ids: Iterable[int], event: str, data: Mapping[str, Any]) -> None:
    """After the commit, send the same news to the open pages of these people."""
    news = json.dumps({"event": event, **data})
    names = [channel_of(user_id) for user_id in set(user_ids)]
    if names:
        transaction.on_commit(lambda: _send([(name, news) for name in names]), robust=True)


def told(heard: Mapping[int, str]) -> None:
    """After the commit, show each person their new notice and count of unread ones, all in one go."""
    if heard:
        transaction.on_commit(lambda: _send_bells(dict(heard)), robust=True)


def _send_bells(heard: Mapping[int, str]) -> None:
    if time.monotonic() < _silent_until:
        return
    counts = unread_counts(heard)
    _send(
        [
            (channel_of(user_id), json.dumps({"event": "notice", "text": text, "unread": counts.get(user_id, 0)}))
            for user_id, text in heard.items()
        ]
    )


def _send(news: Iterable[tuple[str, str]]) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for name, words in news:
                pipe.publish(name, words)
            pipe.execute()
    except RedisError as problem:
        _silent_until = time.monotonic() + REST
        log.warning("live news not sent", extra={"error_text": str(problem)})
