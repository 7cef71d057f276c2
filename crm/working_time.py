"""Working hours of a place: when they next begin, and what time it is so many of them later."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta

from crm.zones import local_day, moment

DAY = timedelta(days=1)


class NoWorkingTime(ValueError):
    """A working week without a single hour in it."""


def is_working(at: datetime, *, zone: str, days: Collection[int], from_: time, to: time) -> bool:
    """Whether the moment lies in working hours; the first minute does, the last does not."""
    return next_working_moment(at, zone=zone, days=days, from_=from_, to=to) == at


def next_working_moment(at: datetime, *, zone: str, days: Collection[int], from_: time, to: time) -> datetime:
    """`at` itself when work is on, else the UTC moment at which it next begins. Raises NoWorkingTime."""
    for start, end in _stretches(at, zone, days, from_, to):
        if at < end:
            return max(at, start)
    raise NoWorkingTime("There are no working hours in this week.")


def add_working_hours(
    start: datetime, hours: float, *, zone: str, days: Collection[int], from_: time, to: time
) -> datetime:
    """The UTC moment at which so many working hours have passed since `start`. Raises NoWorkingTime."""
    left = timedelta(hours=hours)
    for begin, end in _stretches(start, zone, days, from_, to):
        begin = max(begin, start)
        if begin >= end:
            continue
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise NoWorkingTime("There are no working hours in this week.")


def working_hours_before(
    end: datetime, hours: float, *, zone: str, days: Collection[int], from_: time, to: time
) -> datetime:
    """The latest UTC moment from which so many working hours have passed until `end`. Raises NoWorkingTime.

    `add_working_hours` from there, or from any moment before it, comes to `end` or earlier.
    """
    left = timedelta(hours=hours)
    for begin, finish in _stretches_back(end, zone, days, from_, to):
        finish = min(finish, end)
        if begin >= finish:
            continue
        if left <= finish - begin:
            return finish - left
        left -= finish - begin
    raise NoWorkingTime("There are no working hours in this week.")


def _stretches(
    at: datetime, zone: str, days: Collection[int], from_: time, to: time
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of work from the day before `at` onward, in UTC, earliest first."""
    return _walk(local_day(at, zone) - DAY, DAY, zone, days, from_, to)


def _stretches_back(
    at: datetime, zone: str, days: Collection[int], from_: time, to: time
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of work from the day of `at` backward, in UTC, latest first."""
    return _walk(local_day(at, zone), -DAY, zone, days, from_, to)


def _walk(
    day: date, step: timedelta, zone: str, days: Collection[int], from_: time, to: time
) -> Iterator[tuple[datetime, datetime]]:
    """Day by day for a century. Days are ISO weekdays (Monday is 1) of the local date on which the stretch begins; one
    that ends no later than it begins runs into the next day. A stretch that the clocks skip is left out."""
    if not any(1 <= one <= 7 for one in days):
        return
    for _ in range(36525):
        if day.isoweekday() in days:
            begin = moment(day, from_, zone)
            end = moment(day if to > from_ else day + DAY, to, zone)
            if begin < end:
                yield begin.astimezone(UTC), end.astimezone(UTC)
        day += step
