"""Working hours in every zone and across every change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.working_time import (
    NoWorkingTime,
    add_working_hours,
    is_working,
    next_working_moment,
    working_hours_before,
)
from crm.zones import zone, zone_names

OFFICE: dict[str, Any] = {"zone": "Europe/Paris", "days": [1, 2, 3, 4, 5], "from_": time(9), "to": time(18)}
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
WEEKS = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(sorted(zone_names())),
        "days": st.sets(st.integers(1, 7), min_size=1),
        "from_": TIMES,
        "to": TIMES,
    }
)


def paris(*at: int) -> datetime:
    return datetime(*at, tzinfo=zone("Europe/Paris"))  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("at", "next_"),
    [
        (paris(2026, 3, 2, 10), paris(2026, 3, 2, 10)),  # a Monday at work
        (paris(2026, 3, 2, 7), paris(2026, 3, 2, 9)),
        (paris(2026, 3, 2, 18), paris(2026, 3, 3, 9)),
        (paris(2026, 3, 6, 19), paris(2026, 3, 9, 9)),  # Friday evening
        (paris(2026, 3, 28, 12), paris(2026, 3, 30, 9)),  # over the change to summer time
    ],
)
def test_work_begins_again(at: datetime, next_: datetime) -> None:
    assert next_working_moment(at, **OFFICE) == next_
    assert is_working(at, **OFFICE) == (at == next_)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (paris(2026, 3, 2, 10), 4, paris(2026, 3, 2, 14)),
        (paris(2026, 3, 2, 16), 4, paris(2026, 3, 3, 11)),
        (paris(2026, 3, 6, 16), 4, paris(2026, 3, 9, 11)),
        (paris(2026, 3, 7, 3), 1, paris(2026, 3, 9, 10)),
    ],
)
def test_hours_of_work_pass(start: datetime, hours: float, end: datetime) -> None:
    assert add_working_hours(start, hours, **OFFICE) == end


@given(MOMENTS, WEEKS)
@settings(deadline=None)
def test_the_next_moment_is_at_work_and_not_earlier(at: datetime, week: dict[str, Any]) -> None:
    found = next_working_moment(at, **week)
    assert found >= at
    assert is_working(found, **week)


@given(MOMENTS, WEEKS, st.floats(0.1, 100), st.floats(0.1, 100))
@settings(deadline=None)
def test_more_hours_end_later_and_in_two_steps_at_the_same_time(
    at: datetime, week: dict[str, Any], a: float, b: float
) -> None:
    a, b = round(a, 2), round(b, 2)
    once = add_working_hours(at, a + b, **week)
    twice = add_working_hours(add_working_hours(at, a, **week), b, **week)
    assert abs(once - twice) <= timedelta(seconds=1)
    assert add_working_hours(at, a, **week) <= once
    assert once - at >= timedelta(hours=a + b) - timedelta(seconds=1)


@given(MOMENTS, WEEKS, st.floats(0.1, 50))
@settings(deadline=None)
def test_backward_is_the_latest_start(at: datetime, week: dict[str, Any], hours: float) -> None:
    at, hours = next_working_moment(at, **week), round(hours, 2)
    start = working_hours_before(at, hours, **week)
    assert add_working_hours(start, hours, **week) <= at + timedelta(seconds=1)
    later = add_working_hours(start + timedelta(minutes=1), hours, **week)
    assert later > at or not is_working(start, **week)


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    night: dict[str, Any] = {"zone": "UTC", "days": [5], "from_": time(22), "to": time(6)}
    saturday = datetime(2026, 3, 7, 3, tzinfo=UTC)
    assert is_working(saturday, **night)
    assert not is_working(saturday - timedelta(days=1), **night)


def test_a_week_without_work_is_refused() -> None:
    with pytest.raises(NoWorkingTime):
        next_working_moment(datetime(2026, 3, 2, tzinfo=UTC), zone="UTC", days=[], from_=time(9), to=time(18))
