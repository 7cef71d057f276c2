"""A commit wakes a worker, and waits for nobody when there is no broker."""

from __future__ import annotations

import json
import os
import time

import pytest
from pytest_django import Settings
from redis import Redis

from config import wake


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.WAKE_WORKERS = True
    monkeypatch.setattr(wake, "_next", 0.0)
    wake._own.connection = None


def test_one_pulse_is_sent_however_many_commits_there_are_at_once() -> None:
    for _ in range(20):
        wake.wake_worker()

    with Redis.from_url(os.environ["REDIS_URL"]) as broker:
        waiting = broker.lrange("notifications", 0, -1)
    assert [json.loads(one)["headers"]["task"] for one in waiting] == ["config.pulse.pulse"]


def test_without_a_broker_the_commit_does_not_wait(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    started = time.monotonic()
    for _ in range(50):
        wake.wake_worker()

    assert time.monotonic() - started < 2
