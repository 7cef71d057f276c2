"""The pulse: beat wakes a worker every two seconds, and the worker does whatever is due."""

from typing import Any

from celery import shared_task
from celery.signals import after_task_publish, beat_init
from django.utils import timezone

from config import heartbeat
from crm import due


@shared_task(name="config.pulse.pulse")
def pulse() -> None:
    """Do everything that is due now, and leave a sign of life."""
    now = timezone.now()
    heartbeat.mark(heartbeat.WORKER, now=now)
    due.pulse(now)


@beat_init.connect
def watch_beat(**_: Any) -> None:
    """In the beat process only: each pulse that it sends is its sign of life."""
    after_task_publish.connect(beat_sent, sender="config.pulse.pulse", weak=False)


def beat_sent(**_: Any) -> None:
    """Leave beat's sign of life."""
    heartbeat.mark(heartbeat.BEAT, now=timezone.now())
