"""Moments on a person's own clock that waits and sends go by. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from crm.zones import local_day, moment

DAY = timedelta(days=1)
#: Outside these years a zone or a database runs out of days.
FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)


def next_time(since: datetime, at: time, days: Collection[int], zone: str) -> datetime:
    """The first moment from `since` on at which the wall clock there says `at` on one of the ISO weekdays, in UTC. A time
    that the clocks skip comes the same distance after the gap; one that comes twice counts the first time."""
    day = local_day(since, zone) - DAY
    for _ in range(16):
        if day.isoweekday() in days and (found := moment(day, at, zone)) >= since:
            return found.astimezone(UTC)
        day += DAY
    return since  # no such weekday: nobody must wait for ever


def day_and_time(day: date, distance: timedelta, at: time, zone: str) -> datetime:
    """The moment of a wall time so many days from a day, in UTC; days beyond all calendars come to the last there is."""
    number = max(FIRST.toordinal(), min(LAST.toordinal(), day.toordinal() + distance.days))
    return moment(date.fromordinal(number), at, zone).astimezone(UTC)
