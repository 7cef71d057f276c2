"""Jobs that run once a local day: the clock says when next, and a slot that can be taken once makes it one run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from crm.models import Clock, Slot
from crm.zones import local_day, moment


@dataclass(frozen=True, slots=True)
class Taken:
    """A slot that is ours: the local day it stands for."""

    row: Slot
    day: date

    def note(self, result: dict[str, Any]) -> None:
        """Keep what came of the run."""
        Slot.objects.filter(pk=self.row.pk).update(result=result)


def last_and_next(hour: int, zone_name: str, now: datetime) -> tuple[date, datetime]:
    """The local day whose `hour` has come last, and the moment at which it comes next."""
    today = local_day(now, zone_name)
    day = today if moment(today, time(hour), zone_name) <= now else today - timedelta(days=1)
    return day, moment(day + timedelta(days=1), time(hour), zone_name)


@transaction.atomic
def take_slot(job: str, *, hour: int, zone_name: str, now: datetime) -> Taken | None:
    """Take the day whose hour has come, or None when it has not, when another worker is at it, or when it was taken.

    Days that were missed count as one. The very first call only sets the clock. Call inside the run's transaction.
    """
    day, next_at = last_and_next(hour, zone_name, now)
    _, fresh = Clock.objects.get_or_create(job=job, defaults={"next_at": next_at})
    if fresh:
        return None
    clock = Clock.objects.select_for_update(skip_locked=True).filter(job=job, next_at__lte=now).first()
    if clock is None:
        return None
    Clock.objects.filter(pk=job).update(next_at=next_at)
    row, ours = Slot.objects.get_or_create(job=job, slot=day.isoformat(), defaults={"taken_at": now})
    return Taken(row, day) if ours else None
