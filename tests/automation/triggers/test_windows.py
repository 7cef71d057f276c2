"""Windows of time, over random gaps: everybody's moment lies in exactly one. Without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.engine.spans import Hours
from automation.triggers.date_field import Birthday, DateField
from automation.triggers.fixed_date import FixedDate
from automation.triggers.schedule import Schedule
from automation.triggers.timed import NEVER, OnTheirClock
from crm.zones import moment

WEEK = Hours()
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Asia/Manila", "America/New_York", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu",
         "Europe/Paris", "Australia/Lord_Howe", "America/St_Johns"]  # fmt: skip
GAPS = st.lists(st.integers(1, 60 * 24 * 9), min_size=1, max_size=12)


def cuts(gaps: list[int], since: datetime) -> list[tuple[datetime, datetime]]:
    ends = [since]
    for minutes in gaps:
        ends.append(ends[-1] + timedelta(minutes=minutes))
    return list(pairwise(ends))


@settings(max_examples=15, deadline=None)
@given(gaps=GAPS, offset=st.integers(0, 360), hour=st.integers(0, 23), minute=st.sampled_from([0, 30, 59]))
def test_every_local_moment_lies_in_exactly_one_window(gaps: list[int], offset: int, hour: int, minute: int) -> None:
    trigger = DateField(date="contact.x", at=time(hour, minute))
    since = START + timedelta(days=offset)
    windows = cuts(gaps, since)
    found: dict[tuple[date, str], int] = {}
    for low, high in windows:
        for one in trigger.occasions(low, high, WEEK):
            for zone in ZONES:
                if one.holds_in(zone):
                    found[one.on, zone] = found.get((one.on, zone), 0) + 1
    first, last = windows[0][0], windows[-1][1]
    day = first.date() - timedelta(days=3)
    expected = {}
    while day <= last.date() + timedelta(days=3):
        expected |= {(day, zone): 1 for zone in ZONES if first <= moment(day, trigger.at, zone) < last}
        day += timedelta(days=1)
    assert found == expected


@settings(max_examples=15, deadline=None)
@given(after=st.integers(0, 500_000), trigger=st.sampled_from([
    DateField(date="contact.x", at=time(9)), Birthday(date="contact.x", at=time(0)), Schedule(at=time(23, 59)),
    Schedule(every="week", interval=2, weekdays=[1, 5]), FixedDate(on=date(2026, 6, 1)),
]))  # fmt: skip
def test_no_look_comes_too_late(after: int, trigger: OnTheirClock) -> None:
    now = START + timedelta(minutes=after)
    look = trigger.next_look(now, WEEK)
    assert look > now
    if look < NEVER:
        assert trigger.occasions(look, look + timedelta(seconds=1), WEEK)
        assert not trigger.occasions(now + timedelta(microseconds=1), look, WEEK)


def test_a_day_that_is_over_everywhere_is_looked_for_no_more() -> None:
    assert FixedDate(on=date(2026, 1, 1)).next_look(START + timedelta(days=3), WEEK) == NEVER
    assert FixedDate().next_look(START, WEEK) == NEVER


def falls(**fields: Any) -> list[str]:
    trigger, days = Schedule(**fields), [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    return [day.isoformat() for day in days if trigger.falls(day, WEEK)]


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({}, ["2026-01-01", "2026-02-02", "2026-03-02"]),
        ({"in_month": "last_working_day"}, ["2026-01-30", "2026-02-27", "2026-03-31"]),
        ({"in_month": "last_day"}, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ({"in_month": "day", "day": 31}, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ({"in_month": "weekday", "which": "second", "weekday": 2}, ["2026-01-13", "2026-02-10", "2026-03-10"]),
        ({"in_month": "weekday", "which": "last", "weekday": 5}, ["2026-01-30", "2026-02-27", "2026-03-27"]),
        ({"interval": 3, "starts_on": "2026-02-01"}, ["2026-02-02", "2026-05-01", "2026-08-03"]),
        ({"every": "week", "weekdays": [1, 3]}, ["2026-01-05", "2026-01-07", "2026-01-12"]),
        ({"every": "week", "interval": 2, "starts_on": "2026-01-08", "weekdays": [1]}, ["2026-01-19", "2026-02-02"]),
        ({"every": "day", "interval": 10, "starts_on": "2026-01-05"}, ["2026-01-05", "2026-01-15", "2026-01-25"]),
    ],
)
def test_a_schedule_falls_on_these_days(fields: dict[str, Any], first: list[str]) -> None:
    assert falls(**fields)[: len(first)] == first
