"""Waits and hours on every clock there is: over ten years, at and around every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.engine.moments import next_time
from automation.engine.sending import WeekWindow, last_run, next_opening, next_run
from automation.engine.spans import Hours, add_span
from crm.zones import moment, zone_names

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = sorted(zone_names())
#: Zones whose clocks change by more than an hour at once within these years.
SKIPPING = frozenset({"Antarctica/Troll", "Antarctica/Vostok", "Antarctica/Casey"})
EVERY_DAY = range(1, 8)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The moments at which the clocks of a zone change within the ten years."""
    zone, found = ZoneInfo(name), []
    day = FIRST
    while day < LAST:
        if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset():
            low, high = day, day + DAY
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        day += DAY
    return tuple(found)


def hold(name: str, at: datetime) -> None:
    """Everything that must be so at a moment."""
    zone = ZoneInfo(name)
    local = at.astimezone(zone)
    for unit, days in (("days", 1), ("weeks", 7)):
        later = add_span(at, 1, unit, name, Hours(zone=name))
        assert later == max(at, moment(local.date() + days * DAY, local.time(), name)), (name, at, unit)
        assert abs(later - at - days * DAY) <= HOUR * 1.1 or name in SKIPPING, (name, at, unit, later)
    working = add_span(at, 1, "working_days", name, Hours(zone=name)).astimezone(zone)
    assert at < working <= at + 4 * DAY + HOUR, (name, at, working)
    clock = local.time().replace(second=0, microsecond=0)
    again = next_time(at + timedelta(seconds=1), clock, EVERY_DAY, name)
    assert at < again <= at + 2 * DAY + HOUR, (name, at, again)
    narrow = WeekWindow([local.isoweekday()], clock, (datetime.combine(date(2000, 1, 1), clock) + HOUR).time())
    opening = next_opening(at, narrow, name)
    assert at <= opening <= at + 15 * DAY, (name, at, opening)
    assert next_opening(opening, narrow, name) == opening
    assert narrow_holds(narrow, opening.astimezone(zone)), (name, at, opening)
    runs = [time(9), time(14), clock]
    run = next_run(at, runs, name)
    assert at <= run <= at + DAY + HOUR * 2, (name, at, run)
    assert last_run(run, runs, name) == run


def narrow_holds(window: WeekWindow, local: datetime) -> bool:
    """Whether the wall clock is within the hours, or just after a gap that swallowed their beginning."""
    if window.from_ < window.to:
        return window.from_ <= local.time() < window.to or local.time() >= window.from_
    return local.time() >= window.from_ or local.time() < window.to


def around(name: str) -> list[datetime]:
    return [one + distance for one in changes(name) for distance in (-DAY, -HOUR, -HOUR / 2, HOUR * 0, HOUR / 2, HOUR)]


@pytest.mark.parametrize("name", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/Nuuk", "Pacific/Apia"])  # fmt: skip
def test_every_change_of_the_clocks_in_zones_of_every_sort(name):
    for at in around(name):
        hold(name, at)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)))
def test_any_zone_at_any_moment(name, at):
    hold(name, at.replace(tzinfo=UTC))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_zone_at_every_change_of_its_clocks():
    for name in ZONES:
        for at in [*around(name), FIRST, LAST]:
            hold(name, at)
