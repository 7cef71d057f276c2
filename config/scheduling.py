"""Puts the schedule of `config/schedule.py` into django-celery-beat's tables."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.schedule import SCHEDULE, Entry


@transaction.atomic
def load_schedule(entries: Sequence[Entry] = SCHEDULE) -> list[str]:
    """Create the entries that are missing and return their names; never touch one that exists."""
    existing = set(PeriodicTask.objects.values_list("name", flat=True))
    created = []
    for entry in entries:
        if entry.name in existing:
            continue
        _, new = PeriodicTask.objects.get_or_create(
            name=entry.name,
            defaults={"task": entry.task, "queue": entry.queue, "expire_seconds": entry.expires, **timing(entry)},
        )
        if new:
            created.append(entry.name)
    return created


def timing(entry: Entry) -> dict[str, Any]:
    """Return the interval or crontab row of an entry, as PeriodicTask wants it."""
    if entry.every is not None:
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=int(entry.every.total_seconds()), period=IntervalSchedule.SECONDS
        )
        return {"interval": interval}
    minute, hour, day, month, weekday = entry.crontab.split()
    crontab, _ = CrontabSchedule.objects.get_or_create(
        minute=minute, hour=hour, day_of_month=day, month_of_year=month, day_of_week=weekday, timezone="UTC"
    )
    return {"crontab": crontab}
