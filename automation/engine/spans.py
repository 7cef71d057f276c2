"""Spans of time on a person's own clock. Pure.

Minutes and hours are real time; days and weeks keep the wall time across a change of the clocks; working days and hours
are the organisation's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from crm.working_time import NoWorkingTime, add_working_hours
from crm.zones import moment, zone

UNITS = Literal["minutes", "hours", "days", "weeks", "working_days", "working_hours"]
#: Those that go by the clock of the person, so that another zone makes them another moment.
LOCAL_UNITS = frozenset({"days", "weeks", "working_days"})
LABELS = {
    "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week",
    "working_days": "working day", "working_hours": "working hour",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """The organisation's working week: ISO weekdays (Monday is 1), local times, and whose clock."""

    zone: str = "UTC"
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    from_: time = time(9)
    to: time = time(17)


def span_words(amount: int, unit: str) -> str:
    """ "3 days", "1 working hour"."""
    return f"{amount:,} {LABELS[unit]}{'' if amount == 1 else 's'}"


def add_span(since: datetime, amount: int, unit: str, zone_name: str, hours: Hours) -> datetime:
    """The moment so much later, in UTC. A wall time that the clocks skip comes the same distance after the gap; one that
    comes twice means the first, but never before `since`."""
    if unit == "minutes":
        return since + timedelta(minutes=amount)
    if unit == "hours":
        return since + timedelta(hours=amount)
    if unit == "working_hours":
        return _worked(since, amount, hours)
    local = since.astimezone(zone(zone_name))
    day = local.date()
    if unit == "working_days":
        day = _working_day(day, amount, hours)
    else:
        day += timedelta(days=amount * (7 if unit == "weeks" else 1))
    if day == local.date():
        return since
    return max(moment(day, local.time(), zone_name), since).astimezone(UTC)


def _worked(since: datetime, amount: int, hours: Hours) -> datetime:
    try:
        return add_working_hours(since, amount, zone=hours.zone, days=hours.days, from_=hours.from_, to=hours.to)
    except NoWorkingTime:
        return since + timedelta(hours=amount)


def _working_day(day: date, amount: int, hours: Hours) -> date:
    days = [one for one in hours.days if 1 <= one <= 7] or list(range(1, 8))
    for _ in range(amount):
        day += timedelta(days=1)
        while day.isoweekday() not in days:
            day += timedelta(days=1)
    return day
