"""The pulse: beat wakes a worker every two seconds, and the worker does whatever is due."""

from typing import Any

from celery import shared_task
from celery.signals import after_task_publish, beat_init, worker_ready
from django.utils import timezone

from config import heartbeat
from crm import due


@shared_task(name="config.pulse.pulse")
def pulse() -> None:
    """Do everything that is due now, and leave a sign of life."""
    now = timezone.now()
    heartbeat.mark(heartbeat.WORKER, now=now)
    due.pulse(now, hand_over=hand_over)


def hand_over(sweep: str) -> None:
    """Leave a slow sweep to the workers of the default queue. One too many finds nothing to do."""
    slow_sweep.apply_async((sweep,), queue="default", expires=60, retry=False)


@shared_task(name="config.pulse.slow_sweep")
def slow_sweep(name: str) -> None:
    """Run one sweep that may take minutes."""
    due.run_sweep(name, timezone.now())


@worker_ready.connect
def worker_is_up(sender: Any, **_: Any) -> None:
    """Leave a first sign of life, if this is a worker that takes pulses."""
    if "notifications" in sender.app.amqp.queues.consume_from:
        heartbeat.mark(heartbeat.WORKER, now=timezone.now())


@beat_init.connect
def beat_is_up(**_: Any) -> None:
    """In the beat process only: leave a first sign of life, and one with each pulse that it sends."""
    heartbeat.mark(heartbeat.BEAT, now=timezone.now())
    after_task_publish.connect(beat_sent, sender="config.pulse.pulse", weak=False)


def beat_sent(**_: Any) -> None:
    """Leave beat's sign of life."""
    heartbeat.mark(heartbeat.BEAT, now=timezone.now())
